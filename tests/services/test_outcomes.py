"""The outcomes report: each figure on planted cases with known answers, its edges, who sees it."""

import csv
import io
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, event, text

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.database import app_engine
from cma_app.errors import NotFound, Refused
from cma_app.rules.caseload_weights import weights_on
from cma_app.rules.outcomes import cell_name, definitions_on, tables
from cma_app.rules.report_periods import Days, quick_choices
from cma_app.rules.workflow import Stage
from cma_app.services.case_steps import assign_case, move_stage, record_emergency
from cma_app.services.outcome_export import export_report
from cma_app.services.outcomes import Report, list_rows, read_report
from cma_app.settings import settings, use_settings
from models import AuditLog
from tests.people import Cast, make_cast
from tests.rules.test_suppression import worked_out
from tests.services.reporting import MIDDLE, OCTOBER, Planted

pytestmark = pytest.mark.database

FIRST, LAST = OCTOBER.first, OCTOBER.last
YESTERDAY, TOMORROW = FIRST - timedelta(1), LAST + timedelta(1)


def report(cast: Cast, who: Actor | None = None, days: Days = OCTOBER) -> Report:
    with cast.open(who or cast.maria) as session:
        return read_report(session, days)


def value(found: Report, figure: str, part: str = "", *, money: bool = False) -> Any:
    return found.cells[cell_name(figure, part, money=money)].value


def values(found: Report, figure: str, *, money: bool = False) -> dict[str, Any]:
    """Return the parts of a figure that are not nil."""
    counted = {part: value(found, figure, part, money=money) for part in found.words[figure]}
    return {part: many for part, many in counted.items() if many}


def rows(cast: Cast, figure: str, part: str = "", who: Actor | None = None) -> list[int]:
    with cast.open(who or cast.maria) as session:
        page = list_rows(session, OCTOBER, figure=figure, part=part).page
        assert page.total == len(page.rows)
        return sorted(row.case_id for row in page.rows)


NUMBER = 6001


@pytest.fixture(scope="module")
def people(owner: Engine) -> Cast:
    """Return two centres that stand for the whole module and are only read."""
    return make_cast(owner, NUMBER)


@pytest.fixture(scope="module")
def told(people: Cast) -> dict[str, Planted]:
    """Three people seen in October, one not, and what came of their cases."""
    born = date(1985, 10, 31)  # forty on the last day, thirty-nine until then
    first = (
        Planted(people, people.amina, FIRST, date_of_birth=born, postcode="CF10 1AA")
        .note(datetime(2025, 9, 30, 23, 30, tzinfo=UTC))  # half past midnight on the 1st
        .note(MIDDLE, "email")
        .meeting(MIDDLE)
        .household(adults=1, children_under_16=2, tenure="tenant_social")
        .income("1499.99")
        .consent("feedback", given=True)
        .referred(FIRST - timedelta(2))
    )
    card = first.debt("1200.50")
    tax = first.debt("300", "council_tax", priority=True)
    first.accepted(card, MIDDLE).complaint(LAST)
    first.end(
        MIDDLE,
        debts=(
            (card, "plan", "arranged", "900", None),
            (tax, "written_off", "written_off", "0", "300"),
        ),
        gains=(("benefit", "1040.00", False), ("grant", "200", True)),
        saved=["home", "fuel"],
    )
    whole = {"status": "completed", "started_on": FIRST, "ended_on": LAST}
    first.advised(YESTERDAY).advised(FIRST, choice="accepted", chosen_on=FIRST, **whole)
    first.asked_feedback(LAST, 5, said="Kind", may_be_quoted=True)
    flagged = [{"id": "1", "driver": "health", "detail": "Ill", "adjustment": "Ring late"}]
    second = (
        Planted(people, people.ben, date(2024, 1, 5), vulnerability_flags=flagged)
        .note(LAST, "phone")
        .meeting(FIRST, "did_not_attend")
        .meeting(LAST, "cancelled", time(15))
        .household(adults=2)
        .consent("feedback", given=False)
    )
    second.debt("99.50")
    second.end(LAST, status="referred", fca_outcome="referred", debt_solution="unknown")
    instead = {"choice": "another", "chosen": "bankruptcy", "chosen_word": "Bankruptcy"}
    begun = {"chosen_on": MIDDLE, "status": "started", "started_on": LAST, **instead}
    second.advised(MIDDLE, "debt_relief_order", **begun).asked_feedback(is_declined=True)
    third = Planted(people, people.amina, FIRST).meeting(
        LAST, "late", time(10), meeting_mode="phone"
    )
    third.advised(LAST, status="draft", given_at=None, given_by=None)
    third.asked_feedback(FIRST).asked_feedback(LAST, 4)
    unseen = Planted(people, people.ben, YESTERDAY).note(YESTERDAY).note(TOMORROW)
    unseen.on_case(advised_on=LAST)
    unseen.advised(TOMORROW).asked_feedback(TOMORROW, 1)
    return {"first": first, "second": second, "third": third, "unseen": unseen}


@pytest.fixture(scope="module")
def found(people: Cast, told: dict[str, Planted]) -> Report:
    return report(people)


class TestReadReport:
    def test_counts_people_seen_in_the_period_by_a_british_clock(self, found: Report) -> None:
        assert value(found, "clients_seen") == 3
        assert value(found, "clients_new") == 2
        assert value(found, "debt_clients") == 2
        assert value(found, "contacts") == 5
        assert values(found, "contacts_by_channel") == {"phone": 3, "email": 1, "in_person": 1}
        assert value(found, "feedback_agreed") == 1

    def test_says_who_they_are(self, found: Report) -> None:
        assert values(found, "seen_by_vulnerability") == {"yes": 1, "no": 2}
        assert values(found, "seen_by_age") == {"b3": 1, "unknown": 2}
        assert found.words["seen_by_age"]["b3"] == "35 to 44"
        assert values(found, "seen_by_household") == {
            "alone_children": 1,
            "together": 1,
            "unknown": 1,
        }
        assert values(found, "seen_by_tenure") == {"tenant_social": 1, "unknown": 2}
        assert values(found, "seen_by_income") == {"b2": 1, "unknown": 2}
        assert values(found, "seen_by_district") == {"CF10": 1, "unknown": 2}
        assert list(found.words["seen_by_district"])[-1] == "unknown"

    def test_counts_cases_and_debts(self, people: Cast, found: Report) -> None:
        assert value(found, "cases_opened") == 2
        assert value(found, "cases_ended") == 2
        assert values(found, "ended_by_status") == {"closed": 1, "referred": 1}
        assert value(found, "cases_open") == 2
        assert values(found, "open_by_advisor") == {
            str(people.amina.user_id): 1,
            str(people.ben.user_id): 1,
        }
        assert found.words["open_by_advisor"][str(people.ben.user_id)] == "Ben Ellis"
        assert value(found, "debts_dealt") == 3
        assert value(found, "debts_dealt", money=True) == Decimal("1600.00")
        assert values(found, "debts_by_type") == {"credit_card": 2, "council_tax": 1}
        assert values(found, "debts_by_priority", money=True) == {
            "yes": Decimal("300.00"),
            "no": Decimal("1300.00"),
        }

    def test_says_what_came_of_it(self, found: Report) -> None:
        assert value(found, "cases_advised") == 1
        assert value(found, "offers_accepted") == 1
        assert values(found, "ended_by_solution") == {"offers": 1, "unknown": 1}
        assert values(found, "ended_by_result") == {"advice_followed": 1, "referred": 1}
        assert value(found, "result_by_vulnerability", "referred/yes") == 1
        assert value(found, "result_by_vulnerability", "advice_followed/no") == 1
        assert values(found, "debts_by_outcome") == {"plan": 1, "written_off": 1}
        for figure, sum_ in (
            ("written_off", "300.00"),
            ("rescheduled", "900.00"),
            ("in_solution", "0.00"),
            ("gained_yearly", "1040.00"),
            ("gained_once", "200.00"),
        ):
            assert value(found, figure, money=True) == Decimal(sum_), figure
        assert values(found, "gained_once_by_kind", money=True) == {"grant": Decimal("200.00")}
        saved = [value(found, f"saved_{each}") for each in ("home", "fuel", "liberty")]
        assert saved == [1, 1, 0]

    def test_counts_what_was_advised_begun_and_completed(self, found: Report) -> None:
        assert value(found, "solutions_advised") == 2  # neither a draft nor one of another day
        assert values(found, "advised_by_kind") == {"offers": 1, "debt_relief_order": 1}
        assert values(found, "advised_by_choice") == {"accepted": 1, "another": 1}
        assert values(found, "started_by_kind") == {"offers": 1, "bankruptcy": 1}
        assert values(found, "completed_by_kind") == {"offers": 1}

    def test_counts_each_persons_newest_feedback(self, found: Report) -> None:
        assert value(found, "feedback_asked") == 3
        assert values(found, "feedback_by_answer") == {"answered": 2, "declined": 1}
        assert value(found, "feedback_answered") == 2
        assert values(found, "feedback_by_rating") == {"5": 1, "4": 1}
        assert value(found, "feedback_mean", money=True) == Decimal("4.5")

    def test_counts_appointments_and_waiting(self, found: Report) -> None:
        assert value(found, "appointments") == 4
        assert values(found, "appointments_by_result") == {
            "kept": 1,
            "late": 1,
            "missed": 1,
            "by_client": 1,
        }
        assert value(found, "first_appointments") == 2
        assert values(found, "waited") == {"b2": 1, "b3": 1}  # 16 and 30 days
        assert value(found, "waited_median", money=True) == 16
        assert value(found, "complaints") == 1

    def test_parts_add_up_to_their_figure(self, found: Report) -> None:
        for figure in found.definitions.figures.values():
            is_asked = cell_name(figure.code, "unknown") in found.cells or figure.opens
            if not figure.of or figure.across or not is_asked:
                continue
            assert sum(values(found, figure.code).values()) == value(found, figure.of), figure.code
            if figure.money:
                parts = values(found, figure.code, money=True).values()
                assert sum(parts) == value(found, figure.of, money=True), figure.code

    def test_each_figure_opens_exactly_its_rows(
        self, people: Cast, told: dict[str, Planted], found: Report
    ) -> None:
        first, second, third = (told[each].id for each in ("first", "second", "third"))
        assert rows(people, "clients_seen") == sorted([first, second, third])
        assert rows(people, "result_by_vulnerability", "referred/yes") == [second]
        assert rows(people, "written_off") == [first]
        assert rows(people, "seen_by_district", "unknown") == sorted([second, third])
        for figure in found.definitions.figures.values():
            if not figure.opens or figure.sum_alone or figure.across:
                continue
            for part in found.words.get(figure.code, {"": ""}):
                many = value(found, figure.code, part)
                if many or not part:
                    assert len(rows(people, figure.code, part)) == many, (figure.code, part)

    def test_says_by_which_definitions(self, found: Report) -> None:
        assert found.definitions.version == definitions_on(LAST).version == "2026-3"
        assert all(
            each.words and each.reference.title for each in found.definitions.figures.values()
        )
        assert (found.centre, found.made_by, found.limit) == ("Ashdown", "Maria Silva", 5)

    def test_asks_in_few_statements(self, people: Cast, told: dict[str, Planted]) -> None:
        sent: list[str] = []

        def hear(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
            sent.append(statement)

        event.listen(app_engine(), "before_cursor_execute", hear)
        try:
            report(people)
        finally:
            event.remove(app_engine(), "before_cursor_execute", hear)
        asked = [each for each in sent if "set_config" not in each]
        assert len(asked) == 2, asked  # all figures, and the names of advisors


class TestWhoSees:
    def test_a_manager_of_another_centre_counts_her_own(
        self, people: Cast, told: dict[str, Planted]
    ) -> None:
        theirs = report(people, people.bea)
        assert all(not cell.value for cell in theirs.cells.values())
        assert rows(people, "clients_seen", who=people.bea) == []

    @pytest.mark.parametrize("who", ["amina", "tess", "root"])
    def test_nobody_but_a_manager(self, people: Cast, who: str) -> None:
        with people.open(getattr(people, who)) as session:
            with pytest.raises(Refused):
                read_report(session, OCTOBER)
            with pytest.raises(Refused):
                list_rows(session, OCTOBER, figure="clients_seen")
            with pytest.raises(Refused):
                export_report(session, OCTOBER, ending="csv")

    @pytest.mark.parametrize("figure", ["seen_by_ethnicity", "waiting_list", "nothing", ""])
    def test_some_figures_open_no_rows(self, people: Cast, figure: str) -> None:
        with people.open(people.maria) as session, pytest.raises(NotFound):
            list_rows(session, OCTOBER, figure=figure)

    def test_a_restricted_file_is_not_counted(self, cast: Cast, owner: Engine) -> None:
        for case in (Planted(cast, cast.amina).note(), Planted(cast, cast.amina).note()):
            kept = case
        assert value(report(cast), "clients_seen") == 2
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE clients SET is_restricted = true WHERE id = :id"),
                {"id": kept.client_id},
            )
        assert value(report(cast), "clients_seen") == 1
        assert value(report(cast), "contacts") == 1
        assert len(rows(cast, "clients_seen")) == 1


class TestEdges:
    def test_an_amended_closing_counts_as_it_stands_and_a_reopened_case_not_at_all(
        self, cast: Cast
    ) -> None:
        amended = Planted(cast, cast.amina).end(MIDDLE, fca_outcome="unknown")
        amended.end(MIDDLE, revision=2, fca_outcome="own_choice", debt_solution="bankruptcy")
        again = Planted(cast, cast.amina).end(MIDDLE)
        again.on_case(status="open", closing_date=None, reopened_count=1)
        found = report(cast)
        assert values(found, "ended_by_result") == {"own_choice": 1}
        assert values(found, "ended_by_solution") == {"bankruptcy": 1}
        again.end(LAST, round_no=2, fca_outcome="no_advice")
        assert values(report(cast), "ended_by_result") == {"own_choice": 1, "no_advice": 1}

    def test_a_case_that_ended_without_a_closing_is_not_known(self, cast: Cast) -> None:
        Planted(cast, cast.amina).on_case(status="cancelled", closing_date=LAST)
        found = report(cast)
        assert values(found, "ended_by_status") == {"cancelled": 1}
        assert values(found, "ended_by_solution") == {"unknown": 1}

    @pytest.mark.parametrize(
        ("day", "counts"), [(YESTERDAY, 0), (FIRST, 1), (LAST, 1), (TOMORROW, 0)]
    )
    def test_both_days_of_the_period_are_in_it(self, cast: Cast, day: date, counts: int) -> None:
        case = Planted(cast, cast.amina, day).meeting(day).complaint(day)
        case.accepted(case.debt("10"), day).end(day).on_case(advised_on=day)
        found = report(cast)
        for figure in (
            *("clients_seen", "contacts", "cases_opened", "cases_ended", "cases_advised"),
            *("offers_accepted", "appointments", "first_appointments", "complaints"),
        ):
            assert value(found, figure) == counts, figure

    @pytest.mark.parametrize(
        ("moment", "counts"),
        [
            ("2025-09-30T22:59:59+00:00", 0),
            ("2025-09-30T23:00:00+00:00", 1),
            ("2025-10-31T23:59:59+00:00", 1),
            ("2025-11-01T00:00:00+00:00", 0),
        ],
    )
    def test_days_begin_at_a_british_midnight(self, cast: Cast, moment: str, counts: int) -> None:
        Planted(cast, cast.amina, FIRST).note(datetime.fromisoformat(moment))
        assert value(report(cast), "contacts") == counts

    def test_an_emergency_counts_once_for_its_case(self, cast: Cast) -> None:
        case = Planted(cast, cast.amina, today())
        with cast.open(cast.amina) as session:
            record_emergency(session, case.id, what="Bailiffs at the door")
        this_year = quick_choices(today())["This financial year"]
        assert value(report(cast, days=this_year), "emergencies") == 1
        before = Days(this_year.first - timedelta(400), this_year.first - timedelta(1))
        assert value(report(cast, days=before), "emergencies") == 0


class TestCaseloadOfAPastDay:
    def test_is_weighed_by_what_each_case_was_then(self, cast: Cast) -> None:
        """Its stage, its holder and its emergency are those of the day, whatever came since."""
        case = Planted(cast, cast.amina).on_case(stage="fact_find", status="in_progress")
        Planted(cast, cast.amina).on_case(stage="advice", emergency="Bailiffs")
        with cast.open(cast.maria) as session:
            move_stage(session, case.id, stage="advice")
            record_emergency(session, case.id, what="Eviction")
            assign_case(session, case.id, advisor_id=cast.ben.user_id)
        found, weights = report(cast), weights_on(today())
        amina, ben = str(cast.amina.user_id), str(cast.ben.user_id)
        assert values(found, "open_by_advisor") == {amina: 2}
        first = 2 * weights.stages[Stage.FACT_FIND]  # what a case is when it is opened
        assert values(found, "open_by_advisor", money=True) == {amina: first}
        found = report(cast, days=Days(FIRST, today()))
        each = weights.stages[Stage.ADVICE] + weights.emergency
        assert values(found, "open_by_advisor", money=True) == {amina: each, ben: each}
        assert value(found, "cases_open", money=True) == 2 * each != first


class TestMonitoring:
    @pytest.fixture
    def asked(self, cast: Cast) -> list[Planted]:
        """Twelve people seen: six and five answers, and one who was not asked."""
        made = [Planted(cast, cast.amina).note() for _ in range(12)]
        for case in made[:6]:
            case.answered("sex", "female")
        for case in made[6:11]:
            case.answered("sex", "male")
        for case in made[:3]:
            case.answered("disability", "a_lot")
        return made

    def test_answers_come_as_counts_and_small_ones_not_at_all(
        self, cast: Cast, asked: list[Planted]
    ) -> None:
        found = report(cast)
        assert values(found, "seen_by_sex") == {"female": 6, "male": 5, "unknown": 1}
        assert found.monitored["seen_by_sex/unknown"] == "few"
        assert found.monitored["seen_by_sex/male"] == "hidden"
        assert found.monitored["seen_by_sex/female"] == "shown"
        assert found.monitored["seen_by_disability/a_lot"] == "few"
        assert found.monitored["seen_by_disability/unknown"] == "hidden"
        assert "seen_by_ethnicity/white" not in found.cells

    def test_who_withdrew_is_not_counted(self, cast: Cast, asked: list[Planted]) -> None:
        asked[0].consent("special_category", given=True)
        assert values(report(cast), "seen_by_sex")["female"] == 6
        asked[0].consent("special_category", given=False)
        assert values(report(cast), "seen_by_sex") == {"female": 5, "male": 5, "unknown": 2}

    def test_a_few_days_or_a_few_people_are_not_counted(
        self, cast: Cast, asked: list[Planted]
    ) -> None:
        part = Days(FIRST, LAST - timedelta(1))
        assert "seen_by_sex/female" not in report(cast, days=part).cells
        with cast.open(cast.maria) as session:
            four = [case.client_id for case in asked[:4]]
            few = text("SELECT * FROM cma_count_monitoring(:who)")
            assert session.execute(few, {"who": four}).all() == []
        with cast.open(cast.amina) as session:
            every = [case.client_id for case in asked]
            assert session.execute(few, {"who": every}).all() == []
        with cast.open(cast.bea) as session:
            assert session.execute(few, {"who": every}).all() == []


class TestExport:
    @pytest.fixture
    def crowd(self, cast: Cast) -> Cast:
        """Fourteen cases ended: three vulnerable; a name that a spreadsheet would run."""
        flagged = [{"id": "1", "driver": "health", "detail": "Ill", "adjustment": "Ring late"}]
        for number in range(14):
            said = {"vulnerability_flags": flagged} if number < 3 else {}
            case = Planted(
                cast, cast.amina, first_name="=HYPERLINK(1)", postcode="=1+1 1AA", **said
            ).note()
            case.advised(solution="iva" if number < 2 else "offers")
            case.asked_feedback(rating=5 if number < 6 else 2 if number < 8 else None)
            case.end(fca_outcome="advice_followed" if number % 2 else "own_choice")
        return cast

    def read(self, cast: Cast, ending: str) -> bytes:
        with cast.open(cast.maria) as session:
            found = export_report(session, OCTOBER, ending=ending)
        assert (
            found.file_name
            == f"{cast.maria.centre_code}-outcomes-2025-10-01-to-2025-10-31.{ending}"
        )
        return found.content

    def figures(self, content: bytes) -> dict[tuple[str, str], Any]:
        book = load_workbook(io.BytesIO(content))
        lines = list(book["Figures"].iter_rows(min_row=2, values_only=True))
        return {(line[1], line[2]): line[4] for line in lines}

    def test_keeps_small_numbers_back_and_what_would_give_them_away(self, crowd: Cast) -> None:
        shown = self.figures(self.read(crowd, "xlsx"))
        assert shown["Clients seen", "All"] == 14
        assert shown["Vulnerability", "Vulnerable"] == "fewer than 5"
        assert shown["Vulnerability", "Others"] == "not shown"
        assert shown["Outcome for the regulator", "Advice given, and the client acts on it"] == 7
        crossed = "Outcomes of vulnerable and other clients"
        inside = {part: said for (figure, part), said in shown.items() if figure == crossed}
        acted = {
            part: said for part, said in inside.items() if part.startswith("Advice given, and")
        }
        assert set(acted.values()) <= {"fewer than 5", "not shown", 0}
        assert "fewer than 5" in acted.values()

    def test_ratings_leave_all_together_or_not_at_all(self, crowd: Cast) -> None:
        content = self.read(crowd, "xlsx")
        shown = self.figures(content)
        assert shown["Solutions advised by kind", "Individual voluntary arrangement"] == (
            "fewer than 5"
        )
        ratings = {said for (figure, _), said in shown.items() if figure == "Ratings"}
        assert (shown["Gave feedback", "All"], ratings) == (8, {"not shown"})
        lines = load_workbook(io.BytesIO(content))["Figures"].iter_rows(values_only=True)
        (mean,) = [line[5:7] for line in lines if line[1] == "Mean rating"]
        assert mean == ("Mean", 4.3)

    def test_no_table_of_it_gives_another_away(self, crowd: Cast) -> None:
        found = report(crowd)
        back = {name: found.leaving[name] for name in found.kept_back}
        sums = tables(found.definitions, found.cells)
        assert len(back) > 5
        assert worked_out(back, sums) == set()
        small = {name for name, cell in found.cells.items() if 0 < cell.people < found.limit}
        assert small <= set(back)
        assert worked_out(dict.fromkeys(small, "few"), sums) != set()  # by themselves they would

    def test_says_what_it_is_and_is_written_down(self, crowd: Cast) -> None:
        said = self.read(crowd, "csv").decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(said)))
        about = {line[0]: line[1] for line in lines[:12] if len(line) == 2}
        assert about["From"] == "01 October 2025"
        assert about["Definitions"] == "Version 2026-3"
        assert about["Made by"] == "Maria Silva"
        assert about["Figures kept back"].split()[0] != "0"
        with crowd.open(crowd.maria) as session:
            row = session.exec(_exports()).one()
        assert row.user_id == crowd.maria.user_id
        assert row.new_values is not None
        assert row.new_values["definitions"] == "2026-3"
        assert json.dumps(row.new_values).count("kept_back") == 1

    def test_holds_no_formula_and_no_name(self, crowd: Cast) -> None:
        content = self.read(crowd, "xlsx")
        for sheet in load_workbook(io.BytesIO(content)).worksheets:
            for cell in (each for row in sheet.iter_rows() for each in row):
                assert cell.data_type != "f", cell.coordinate
                assert "HYPERLINK" not in str(cell.value)
                assert "Khan" not in str(cell.value)
        for line in csv.reader(io.StringIO(self.read(crowd, "csv").decode("utf-8-sig"))):
            assert not [cell for cell in line if cell.startswith(("=", "+", "-", "@"))]
            assert "HYPERLINK" not in str(line)

    @pytest.mark.parametrize(("least", "limit"), [(0, 5), (3, 5), (8, 8)])
    def test_a_setting_raises_the_limit_and_never_lowers_it(
        self, crowd: Cast, least: int, limit: int
    ) -> None:
        before = settings()
        use_settings(before.model_copy(update={"report_least_count": least}))
        try:
            shown = self.figures(self.read(crowd, "xlsx"))
        finally:
            use_settings(before)
        assert shown["Vulnerability", "Vulnerable"] == f"fewer than {limit}"
        acted = shown["Outcome for the regulator", "Advice given, and the client acts on it"]
        assert acted == (7 if limit == 5 else "fewer than 8")

    def test_another_ending_is_not_found(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session, pytest.raises(NotFound):
            export_report(session, OCTOBER, ending="exe")


def _exports() -> Any:
    from sqlmodel import col, select

    return select(AuditLog).where(col(AuditLog.action) == "report:export")
