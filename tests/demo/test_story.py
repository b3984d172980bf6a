"""The demo as it was told: what the database holds, and who is on record as having done it."""

import io
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from pypdf import PdfReader
from sqlmodel import col, select

from cma_app.access.actor import Origin
from cma_app.clock import LONDON
from cma_app.commands.demonstration import look
from cma_app.databases import Database
from cma_app.demo.households import households
from cma_app.demo.people import CAST, PASSWORD, UnlikeDemo
from cma_app.demo.story import load
from cma_app.errors import NotFound
from cma_app.postgres import EmbeddedPostgres
from cma_app.rules.reconcile import findings
from cma_app.services import (
    appointment_list,
    breathing_space_list,
    budgets,
    case_people,
    caseload,
    cases,
    clients,
    closing_page,
    debts,
    next_actions,
    notes,
    referrals,
    requests,
    statement_list,
    statements,
)
from cma_app.services.case_facts import open_facts
from cma_app.services.contact_routes import safe_routes
from cma_app.services.emergencies import open_emergencies
from cma_app.services.guideline_versions import list_versions
from cma_app.services.guidelines import read_sheet_guidelines
from cma_app.services.reminder_timings import read_timings
from cma_app.services.saved_views import list_views
from cma_app.services.sign_in import sign_in
from cma_app.services.sign_off_list import list_queue, open_sign_off
from models import BudgetSheet, Case, CaseNote, Client, Consent, NextAction, Referral
from tests.demo.conftest import MORNING, T, Told
from tests.demo.test_data import BUDGETS, OFFERS, OWED

NAMES = {each.code: each.client["last_name"] for each in households()}
HOLDERS = {each.code: each.holder for each in households()}


def case_of(told: Told, code: str) -> int:
    return told.case(NAMES[code])


class TestMoney:
    @pytest.mark.parametrize("code", [code for code in OWED if code != "C3"])
    def test_a_case_owes_what_the_sheet_says(self, told: Told, code: str) -> None:
        with told.open(HOLDERS[code]) as session:
            case = cases.open_case(session, case_of(told, code))
            assert (case.total_debt, case.priority_debt) == tuple(map(Decimal, OWED[code]))

    @pytest.mark.parametrize("code", BUDGETS)
    def test_a_budget_is_what_the_sheet_says(self, told: Told, code: str) -> None:
        income, outgoings, surplus, savings = map(Decimal, BUDGETS[code])
        with told.open(HOLDERS[code]) as session:
            case = cases.open_case(session, case_of(told, code))
            sheet = budgets.read_budget(session, case.id).sheet
            assert sheet is not None
            assert (sheet.total_income, sheet.total_expenses) == (income, outgoings)
            assert (sheet.surplus_deficit, sheet.savings) == (surplus, savings)
            assert case.monthly_surplus == surplus
            assert session.require(Client, case.client_id).monthly_income == income

    @pytest.mark.parametrize("code", NAMES)
    def test_offers_are_kept_to_the_penny_or_not_made_at_all(self, told: Told, code: str) -> None:
        keys = {debt["creditor"]: debt["key"] for debt in _data(code).debts}
        rows = told.rows(
            "SELECT c.creditor_name, o.amount, s.sheet_no FROM offers o"
            " JOIN debts d USING (centre_id) JOIN creditors c USING (centre_id)"
            " JOIN budget_sheets s USING (centre_id)"
            " WHERE d.id = o.debt_id AND c.id = d.creditor_id AND s.id = o.budget_sheet_id"
            " AND o.case_id = :case AND o.deleted_at IS NULL",
            case=case_of(told, code),
        )
        expected = {key: Decimal(offer) for key, offer in OFFERS.get(code, {}).items()}
        assert {keys[name]: amount for name, amount, _ in rows} == expected
        assert {number for *_, number in rows} <= {len(_data(code).sheets)}

    def test_harbours_board_adds_up(self, told: Told) -> None:
        assert _board(told, "HMA") == (9, Decimal("110000.00"), Decimal("15800.00"))

    def test_cwms_board_adds_up(self, told: Told) -> None:
        assert _board(told, "CWM") == (2, Decimal("15900.00"), Decimal("0.00"))

    def test_the_fenwicks_owe_12000_together_9300_and_10500(self, told: Told) -> None:
        with told.open("gareth") as session:
            totals = debts.list_debts(session, case_of(told, "C1")).totals
        assert totals.household == Decimal(12_000)
        assert (totals.partner, totals.client) == (Decimal(9_300), Decimal(10_500))

    def test_the_fenwicks_are_two_with_routes_and_consents_of_their_own(self, told: Told) -> None:
        with told.open("gareth") as session:
            mair, derek = case_people.read_people(session, case_of(told, "C1"))
            facts = open_facts(session, case_of(told, "C1"), first=False)
        assert (facts.client_name, facts.partner_name) == ("Mair Fenwick", "Derek Fenwick")
        assert [each.answer for each in mair.routes] != [each.answer for each in derek.routes]
        assert [each.route for each in derek.routes if each.answer == "yes"] == ["text"]
        assert derek.consents["sharing"] is True
        with told.open("sian") as session, pytest.raises(NotFound):
            case_people.read_people(session, case_of(told, "C1"))

    def test_the_first_version_of_h7_is_kept(self, told: Told) -> None:
        with told.open("priya") as session:
            found = budgets.read_budget(session, case_of(told, "H7"), sheet_no=1).sheet
        assert found is not None
        assert found.total_expenses == Decimal("1573.00")

    @pytest.mark.parametrize("code", BUDGETS)
    def test_a_printed_statement_says_what_the_sheet_says(
        self, told: Told, code: str, morning: datetime
    ) -> None:
        case_id = case_of(told, code)
        with told.open(HOLDERS[code]) as session:
            row = statements.prepare_statement(session, case_id)
            shown = statement_list.read_statements(session, case_id).shown
            pages = {
                layout: said_in(
                    statements.preview_statement(session, row.id, layout=layout).content
                )
                for layout in statements.LAYOUTS
            }
            session.rollback()
        assert shown is not None
        assert findings(shown.content) == []
        for layout, said in pages.items():
            for sum_ in map(Decimal, BUDGETS[code]):
                assert f"{abs(sum_):,.2f}" in said, (layout, sum_)
            for offer in map(Decimal, OFFERS.get(code, {}).values()):
                assert f"{offer:,.2f}" in said, (layout, offer)

    def test_one_statement_was_issued_one_waits_for_another_and_one_is_begun(
        self, told: Told
    ) -> None:
        found = told.rows(
            "SELECT c.last_name, s.status, s.confirmed_how FROM statements s"
            " JOIN cases k USING (centre_id) JOIN clients c USING (centre_id)"
            " JOIN centres e ON e.id = s.centre_id"
            " WHERE k.id = s.case_id AND c.id = k.client_id AND e.code IN ('HMA', 'CWM')"
            " AND s.deleted_at IS NULL ORDER BY c.last_name"
        )
        assert found == [
            ("Fenwick", "draft", None),
            ("Oakley", "issued", "text"),
            ("Tait", "complete", None),
        ]

    def test_the_offer_entered_by_the_week_is_shown_so(self, told: Told) -> None:
        entered = told.rows(
            "SELECT entered_amount, entered_frequency FROM offers"
            " WHERE case_id = :case AND amount = 52",
            case=case_of(told, "H8"),
        )
        assert entered == [(Decimal("12.00"), "weekly")]


class TestStory:
    def test_stages_and_the_days_in_them_are_the_boards(self, told: Told) -> None:
        found = {
            name: (stage, since)
            for name, stage, since in told.rows(
                "SELECT c.last_name, k.stage, k.stage_since FROM cases k"
                " JOIN clients c USING (centre_id) JOIN centres e ON e.id = k.centre_id"
                " WHERE c.id = k.client_id AND e.code = 'HMA' AND k.closing_date IS NULL"
            )
        }
        assert found == {
            "Whitmore": ("advice", date(2026, 11, 19)),
            "Dudek": ("advice", date(2026, 11, 20)),
            "Bright": ("evidence", date(2026, 11, 13)),
            "Petty": ("action", date(2026, 10, 23)),
            "Rahimi": ("fact_find", date(2026, 11, 13)),
            "Oakley": ("review", date(2026, 11, 11)),
            "Tait": ("approval", date(2026, 11, 19)),
            "Lomax": ("action", date(2026, 11, 24)),
            "Achebe": ("waiting", date(2026, 11, 5)),
        }

    def test_next_dates_are_the_boards(self, told: Told) -> None:
        found = dict(
            told.rows(
                "SELECT c.last_name, min(a.due_date) FROM next_actions a"
                " JOIN cases k USING (centre_id) JOIN clients c USING (centre_id)"
                " JOIN centres e ON e.id = k.centre_id WHERE k.id = a.case_id"
                " AND c.id = k.client_id AND e.code = 'HMA' AND a.done_at IS NULL GROUP BY 1"
            )
        )
        assert found == {
            "Whitmore": T,
            "Dudek": date(2026, 12, 1),
            "Bright": date(2026, 11, 26),
            "Petty": date(2026, 11, 26),
            "Rahimi": T,
            "Oakley": date(2026, 11, 27),
            "Tait": date(2026, 11, 24),
            "Lomax": date(2026, 11, 27),
            "Achebe": T,
        }

    def test_an_eviction_makes_a_case_urgent_and_its_hour_an_action(self, told: Told) -> None:
        with told.open("priya") as session:
            case = cases.open_case(session, case_of(told, "H8"))
            action = session.exec(
                select(NextAction).where(
                    col(NextAction.case_id) == case.id, col(NextAction.kind) == "emergency"
                )
            ).one()
            (told_as,) = open_emergencies(session, case)
        assert case.priority == "urgent"
        assert told_as.words == "Eviction Mon 30 Nov 2026 10:30"
        assert told_as.creditor == "Solent Homes"
        assert case.emergency is None  # the debt tells of what was said at the walk-in
        assert (action.due_date, action.due_time) == (date(2026, 11, 30), time(10, 30))

    def test_breathing_space_is_dated_by_the_law(self, told: Told) -> None:
        with told.open("tom") as session:
            actions = next_actions.list_actions(session, case_of(told, "H4"))
        began = date(2026, 10, 23)
        days = {(each.due_date - began).days + 1 for each in actions if each.due_date}
        assert days == {35, 60}

    def test_breathing_space_holds_three_of_four_debts(self, told: Told) -> None:
        with told.open("tom") as session:
            (space,) = breathing_space_list.read_spaces(session, case_of(told, "H4")).spaces
        assert space.row.register_reference == "BSS-0000004107"
        assert sum(each.balance for each in space.debts if each.is_in) == Decimal(9_250)
        (left_out,) = [each for each in space.debts if not each.is_in]
        assert left_out.creditor == "Department for Work and Pensions"
        assert left_out.reason.startswith("A budgeting or crisis loan")

    def test_a_request_for_the_lenders_data_has_its_last_day_by_rule(self, told: Told) -> None:
        with told.open("priya") as session:
            (request,) = requests.list_requests(session, case_of(told, "H6"))
        assert (request.row.asked_on, request.row.due_date) == (
            date(2026, 10, 28),
            date(2026, 11, 30),
        )

    def test_sign_off_is_priyas_and_late(self, told: Told) -> None:
        with told.open("priya") as session:
            action = next_actions.list_actions(session, case_of(told, "H7"))[0]
            (row,) = list_queue(session).rows
            shown = open_sign_off(session, row.id)
        assert (row.trainee, row.version_no, row.is_late) == ("Callum Reid", 2, True)
        (said,) = [line for line in shown.lines if line.comment]
        assert (said.key, said.is_changed) == ("line-other-school", True)
        assert not shown.is_changed
        assert action.owner == "Priya Nair"
        assert action.due_date is not None
        assert action.due_date < T

    def test_a_record_ends_ten_days_from_t(self, told: Told) -> None:
        case = told.rows(
            "SELECT status, closing_date, closure_reason, total_debt FROM cases WHERE id = :case",
            case=case_of(told, "C3"),
        )[0]
        assert case == ("closed", date(2020, 12, 5), "Debts written off", None)

    def test_the_closing_says_what_became_of_it_and_when_it_may_go(self, told: Told) -> None:
        with told.open("eleri") as session:
            record = closing_page.read_record(session, case_of(told, "C3"))
        assert record is not None
        assert record.closing.closed_on == date(2020, 12, 5)
        assert record.totals.written_off.known == Decimal(11_430)
        assert record.totals.owed_at_closing.known == 0
        assert record.totals.gained_a_year.known == Decimal("956.80")
        assert record.totals.gained_once.known == 150
        kept = told.rows(
            "SELECT k.retention_date, c.retention_date FROM cases k JOIN clients c"
            " ON c.id = k.client_id WHERE k.id = :case",
            case=case_of(told, "C3"),
        )[0]
        assert kept == (T + timedelta(10), T + timedelta(10))

    def test_written_off_debts_are_kept_with_their_sums(self, told: Told) -> None:
        rows = told.rows(
            "SELECT balance, status FROM debts WHERE case_id = :case", case=case_of(told, "C3")
        )
        assert sum(balance for balance, _ in rows) == Decimal(11_430)
        assert {status for _, status in rows} == {"written_off"}

    def test_notes_tell_when_it_happened(self, told: Told) -> None:
        with told.open("eleri") as session:
            page = notes.list_notes(session, case_of(told, "C2")).page
        days = [row.latest.happened_at.astimezone(LONDON).date() for row in page.rows]
        assert days == [date(2026, 11, 24), date(2026, 11, 10), date(2026, 10, 30)]

    def test_a_manager_decides_about_kayleigh(self, told: Told) -> None:
        with told.open("eleri") as session:
            actions = next_actions.list_actions(session, case_of(told, "C2"))
        assert [(each.owner, "decide" in each.what) for each in actions] == [
            ("Eleri Vaughan", True)
        ]

    def test_kayleigh_missed_two_weeks_ago_and_on_the_last_working_day(self, told: Told) -> None:
        with told.open("sian") as session:
            past = appointment_list.list_case_appointments(session, case_of(told, "C2")).past
        assert [(line.day, line.status) for line in past] == [
            (date(2026, 11, 24), "did_not_attend"),
            (date(2026, 11, 10), "did_not_attend"),
        ]

    def test_priyas_day_is_the_pictures(self, told: Told) -> None:
        with time_machine.travel(MORNING, tick=True), told.open("priya") as session:
            mine = appointment_list.list_my_appointments(session)
        assert [(f"{line.at:%H:%M}", line.client, line.room) for line in mine.today] == [
            ("09:30", "Leanne Whitmore", "Room 2"),
            ("11:30", "Farida Rahimi", ""),
            ("14:30", "Carly Lomax", "Room 1"),
        ]
        assert mine.unsaid == []

    def test_unchecked_balances_are_not_said_to_be_checked(self, told: Told) -> None:
        for code in ("H9", "C2"):
            assert told.rows(
                "SELECT DISTINCT is_balance_verified FROM debts WHERE case_id = :case",
                case=case_of(told, code),
            ) == [(False,)]


class TestGuidelines:
    """The invented sample stands in both centres; who is over says why, but for Aaron Petty."""

    @pytest.mark.parametrize("manager", ["ruth", "eleri"])
    def test_both_centres_have_the_sample_and_nothing_else(self, told: Told, manager: str) -> None:
        with told.open(manager) as session:
            (version,) = list_versions(session).versions
        assert version.is_sample
        assert version.version.startswith("Fictional")

    def test_two_households_are_over_one_of_them_unexplained(self, told: Told) -> None:
        found = {}
        for data in households():
            manager = "ruth" if data.centre == "HMA" else "eleri"
            with told.open(manager) as session:
                beside = read_sheet_guidelines(session, case_of(told, data.code))
            for each in beside.findings if beside else ():
                if each.status != "within":
                    found[data.code, each.group] = (each.difference, each.status)
        assert found == {
            ("H1", "personal"): (Decimal("11.67"), "over_explained"),
            ("H4", "food-housekeeping"): (Decimal("15.00"), "over_unexplained"),
        }


@pytest.mark.usefixtures("morning")
class TestBoard:
    """The manager's board on the morning of the design's pictures."""

    def test_its_counts_are_the_pictures(self, told: Told) -> None:
        with told.open("ruth") as session:
            centre = caseload.board(session).summary.centre
        assert (centre.open, centre.owed, centre.priority_owed) == (9, 110_000, 15_800)
        assert (centre.emergency, centre.today, centre.overdue) == (1, 3, 1)
        assert (centre.deficit, centre.trainee, centre.undated, centre.review) == (1, 2, 0, 0)

    def test_its_lanes_are_the_pictures(self, told: Told) -> None:
        with told.open("ruth") as session:
            lanes = caseload.board(session).summary.lanes
        assert lanes == {"waiting": 1, "fact_find": 2, "advice": 2, "approval": 1, "action": 3}

    def test_its_people_hold_what_they_hold_in_the_picture(self, told: Told) -> None:
        with told.open("ruth") as session:
            holders = caseload.board(session).summary.holders
        assert {each.name: (each.tally.open, float(each.weighted)) for each in holders} == {
            "Priya Nair": (4, 7.0),
            "Tom Hale": (3, 4.5),
            "Callum Reid": (2, 2.5),
            "Ruth Adeyemi": (0, 0.0),
        }

    def test_its_views_are_ruths_and_the_centres(self, told: Told) -> None:
        with told.open("ruth") as session:
            views = list_views(session)
        assert [(view.name, view.is_shared) for view in views] == [
            ("Weekly meeting", False),
            ("Trainee’s work, longest first", True),
        ]

    def test_what_waits_shows_its_days(self, told: Told, morning: datetime) -> None:
        with told.open("ruth") as session:
            waiting = referrals.waiting_referrals(session).rows
        assert [(each.first_name, each.days_waiting) for each in waiting] == [("Steven", 1)]
        assert morning.date() == T


class TestPeople:
    def test_everybody_signs_in_with_the_printed_password(self, told: Told) -> None:
        for username in ("ruth", "sian", "admin"):
            actor = sign_in(username, PASSWORD, Origin()).actor
            assert actor.user_id == told.people[username].user_id
            assert not actor.must_change_password

    def test_the_cast_has_its_roles_and_supervisors(self, told: Told) -> None:
        rows = told.rows(
            "SELECT u.username, u.role, coalesce(s.username, '') FROM users u"
            " LEFT JOIN users s ON s.id = u.supervisor_id WHERE u.id = ANY (:ids)",
            ids=[told.people[each.username].user_id for each in CAST],
        )
        assert sorted(rows) == sorted((each.username, each.role, each.supervisor) for each in CAST)

    def test_each_centre_has_its_manager_and_is_marked_as_demo(
        self, told: Told, postgres: EmbeddedPostgres
    ) -> None:
        rows = told.rows(
            "SELECT c.code, u.username FROM centres c JOIN users u ON u.id = c.manager_id"
            " WHERE c.settings ->> 'demo' = 'true'"
        )
        assert sorted(rows) == [("CWM", "eleri"), ("HMA", "ruth")]
        database = Database(postgres.app_url, postgres.owner_url, postgres.owner_url)
        assert look(database).demo == 2

    def test_eleri_finds_nobody_called_leanne(self, told: Told) -> None:
        with told.open("eleri") as session:
            assert clients.find_clients(session, text="Leanne").rows == []
            with pytest.raises(NotFound):
                cases.open_case(session, case_of(told, "H1"))
        with told.open("ruth") as session:
            assert clients.find_clients(session, text="Leanne").total == 1

    def test_the_admin_sees_no_client(self, told: Told) -> None:
        with told.open("admin") as session:
            assert session.exec(select(Client)).all() == []

    def test_a_trainee_sees_the_own_two_cases_and_the_one_he_shadows(self, told: Told) -> None:
        with told.open("callum") as session:
            seen = {case.id for case in session.exec(select(Case)).all()}
        held = {case_of(told, "H7"), case_of(told, "H9")}
        assert seen - {case_of(told, "H2")} == held  # the one he shadows, once its day has come

    def test_beth_is_reached_by_text_from_ten_to_twelve_alone(self, told: Told) -> None:
        with told.open("priya") as session:
            client_id = cases.open_case(session, case_of(told, "H6")).client_id
            routes = {each.route: each for each in safe_routes(session, client_id)}
        assert {route: each.answer for route, each in routes.items()} == {
            "call": "no",
            "voicemail": "no",
            "text": "yes",
            "email": "no",
            "post": "no",
        }
        assert (routes["text"].from_time, routes["text"].to_time) == (time(10), time(12))

    def test_steven_is_likely_stephen(self, told: Told) -> None:
        with told.open("ruth") as session:
            waiting = session.exec(select(Referral).where(col(Referral.status) == "waiting")).one()
            found = referrals.same_people(session, waiting.id)
        assert (waiting.first_name, waiting.received_date) == ("Steven", T - timedelta(days=1))
        assert [(each.name, each.strength, each.case_id) for each in found] == [
            ("Stephen Achebe", "likely", case_of(told, "H9"))
        ]
        assert {"Mobile", "Birth date", "Postcode"} <= set(found[0].reasons)

    def test_consents_keep_the_words_that_were_read_out(self, told: Told) -> None:
        with told.open("priya") as session:
            client_id = cases.open_case(session, case_of(told, "H6")).client_id
            given = session.exec(select(Consent).where(col(Consent.client_id) == client_id)).all()
        assert {each.purpose for each in given} == {"holding", "special_category", "sharing"}
        assert all(each.wording and each.given_at.date() < T for each in given)


class TestTrail:
    def test_the_log_tells_of_the_storys_own_days(self, told: Told) -> None:
        opened = told.rows(
            "SELECT (a.timestamp AT TIME ZONE 'Europe/London')::date, k.opening_date"
            " FROM audit_logs a JOIN cases k ON k.centre_id = a.centre_id AND k.id = a.record_id"
            " JOIN centres e ON e.id = a.centre_id WHERE e.code IN ('HMA', 'CWM')"
            " AND a.table_name = 'cases' AND a.old_values IS NULL"
            " AND a.new_values ? 'case_reference'"
        )
        assert len(opened) == 12 + 8  # the households, and the files that ended before
        assert all(logged == day for logged, day in opened)

    def test_whatever_was_made_has_an_audit_row_by_somebody_of_the_cast(self, told: Told) -> None:
        ids = {told.people[each.username].user_id: each.username for each in CAST}
        tables = (Case, Client, BudgetSheet, CaseNote, NextAction, Consent, Referral)
        for table in (*(str(each.__tablename__) for each in tables), "debts", "offers"):
            rows = told.rows(
                f"SELECT t.id, a.user_id, t.created_by FROM {table} t LEFT JOIN audit_logs a"
                " ON a.centre_id = t.centre_id AND a.table_name = :table AND a.record_id = t.id"
                " AND a.old_values IS NULL JOIN centres e ON e.id = t.centre_id"
                " WHERE e.code IN ('HMA', 'CWM')"
                " AND (a.action IS NULL OR a.action NOT IN ('case:open', 'client:open'))",
                table=table,
            )
            assert rows, table
            assert {row[1] for row in rows} <= set(ids), table
            assert all(who == made for _, who, made in rows), table

    def test_each_case_was_opened_and_begun_by_its_own_people(self, told: Told) -> None:
        for data in households():
            acts = {
                action
                for (action,) in told.rows(
                    "SELECT DISTINCT action FROM audit_logs WHERE case_id = :case"
                    " AND user_id = ANY (:ids)",
                    case=case_of(told, data.code),
                    ids=[told.people[step["who"]].user_id for step in data.steps],
                )
            }
            assert {"case:start", "case:open", "debt:record", "note:record"} <= acts, data.code

    def test_nothing_was_done_by_nobody(self, told: Told) -> None:
        assert (
            told.rows(
                "SELECT a.action FROM audit_logs a JOIN centres e ON e.id = a.centre_id"
                " WHERE e.code IN ('HMA', 'CWM') AND a.user_id IS NULL"
                " AND a.table_name NOT IN ('reminders', 'retention_runs')"  # the worker's: nobody
            )
            == []
        )


class TestLoading:
    def test_a_second_telling_changes_nothing(self, told: Told) -> None:
        counted = "SELECT (SELECT count(*) FROM audit_logs), (SELECT count(*) FROM cases)"
        before, said = told.rows(counted), []
        signs = load(on=T, say=said.append)
        assert told.rows(counted) == before
        assert not signs.told
        assert said == ["The demo is loaded already."]
        assert told.signs.told

    @pytest.mark.parametrize(
        ("spoil", "mend", "sentence"),
        [
            (
                "UPDATE centres SET settings = '{}' WHERE code = 'CWM'",
                """UPDATE centres SET settings = '{"demo": true}' WHERE code = 'CWM'""",
                "Cwm Debt Centre has the demo's code CWM and is real.",
            ),
            (
                (
                    "UPDATE users SET password_hash = 'another' || password_hash"
                    " WHERE username = 'admin'"
                ),
                (
                    "UPDATE users SET password_hash = substr(password_hash, 8)"
                    " WHERE username = 'admin'"
                ),
                "There is an admin here whom the demo did not make",
            ),
        ],
    )
    def test_what_the_demo_did_not_make_is_left_alone(
        self, told: Told, spoil: str, mend: str, sentence: str
    ) -> None:
        with told.owner.begin() as connection:
            connection.exec_driver_sql(spoil)
        try:
            with pytest.raises(UnlikeDemo, match=sentence):
                load(on=T)
        finally:
            with told.owner.begin() as connection:
                connection.exec_driver_sql(mend)

    def test_the_sign_ins_are_handed_back(self, told: Told) -> None:
        assert len(told.signs.lines) == len(CAST) + 1
        assert told.signs.password == PASSWORD


def _data(code: str):
    return next(each for each in households() if each.code == code)


def _board(told: Told, centre: str) -> tuple:
    return told.rows(
        "SELECT count(*), sum(k.total_debt), sum(k.priority_debt) FROM cases k"
        " JOIN centres e ON e.id = k.centre_id WHERE e.code = :centre"
        " AND k.status IN ('open', 'in_progress')",
        centre=centre,
    )[0]


def said_in(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


class TestReminders:
    """Who cannot be written to is on the call list with the reason; two were rung in time."""

    def test_what_became_of_them(self, told: Told) -> None:
        found = told.rows(
            "SELECT c.last_name, r.status, r.reason FROM reminders r JOIN appointments a"
            " ON a.centre_id = r.centre_id AND a.id = r.appointment_id JOIN clients c"
            " ON c.centre_id = a.centre_id AND c.id = a.client_id"
            " JOIN centres e ON e.id = c.centre_id AND e.code IN ('HMA', 'CWM')"
            " WHERE r.is_current AND a.status = 'scheduled' ORDER BY r.starts_at, c.last_name"
        )
        assert [tuple(row) for row in found] == [
            ("Whitmore", "called", None),
            ("Rahimi", "called", None),
            ("Lomax", "waiting", None),
            ("Petty", "call", "route_not_asked"),
            ("Tait", "waiting", None),
            ("Fenwick", "waiting", None),
            ("Dudek", "waiting", None),
        ]

    def test_no_name_on_an_envelope_tells_what_the_centre_does(self, told: Told) -> None:
        for manager, name in (("ruth", "Harbour Centre"), ("eleri", "Cwm Centre")):
            with told.open(manager) as session:
                assert read_timings(session).shown_sender == name
