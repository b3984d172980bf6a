"""Drawing files for review: who may, of whom, how many, why each, and nothing hidden told."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import Invalid, NotFound, Refused
from cma_app.rules.dates import add_months
from cma_app.rules.review_sampling import Drawable, Rate, draw, risks_on
from cma_app.services import users
from cma_app.services.case_steps import assign_case, record_emergency
from cma_app.services.compliance_gates import open_gate
from cma_app.services.next_actions import record_action
from cma_app.services.person_forms import PersonEdit
from cma_app.services.restricted_files import restrict_file
from cma_app.services.review_draws import PersonLine, list_samples, read_sample
from cma_app.services.review_facts import FITS, OF_ADVISORS
from cma_app.services.review_rates import PersonLevel, read_rates, set_level, set_rates
from cma_app.services.review_samples import add_file, draw_sample, preview_draw
from cma_app.services.vulnerability import VulnerabilityForm, add_vulnerability
from cma_app.session import CentreSession
from models import Case
from tests.people import Cast
from tests.services.advising import advise
from tests.services.money import audited
from tests.services.reviewing import (
    day,
    days,
    drawn,
    finish,
    give,
    old_case,
    reviews_of,
    sample_of,
)
from tests.services.test_cases import make_case, put

NOBODY = {
    f"{level}_{part}": "0"
    for level in ("trainee", "newly_qualified", "experienced")
    for part in ("percent", "at_least")
}


def rates(cast: Cast, **over: str) -> None:
    with cast.open(cast.maria) as session:
        set_rates(session, {**NOBODY, "valid_from": day(0), **over})


def lines(cast: Cast, sample_id: int, who: Actor | None = None) -> dict[int, PersonLine]:
    with cast.open(who or cast.maria) as session:
        return {line.id: line for line in read_sample(session, sample_id).lines}


def second_manager(cast: Cast, owner: Engine) -> Actor:
    """Make Ben a manager too, and return him."""
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE users SET role = 'manager' WHERE id = :id"), {"id": cast.ben.user_id}
        )
    return Actor(**{**{f: getattr(cast.ben, f) for f in Actor.__slots__}, "role": "manager"})


class TestDraw:
    def test_asks_by_level_and_says_how_many_could_be_drawn(
        self, cast: Cast, owner: Engine
    ) -> None:
        for who, many in ((cast.amina, 5), (cast.ben, 12), (cast.tess, 3)):
            for _ in range(many):
                old_case(cast, owner, who)
        with cast.open(cast.maria) as session:
            level = {"level": "experienced", "valid_from": day(0)}
            set_level(session, {**level, "user_id": str(cast.ben.user_id)})
        sample_id = drawn(cast)
        found = lines(cast, sample_id)
        said = {
            who: (found[who].level, found[who].pool, found[who].asked, found[who].drawn)
            for who in found
        }
        assert said == {
            cast.amina.user_id: ("newly_qualified", 5, 3, 3),
            cast.ben.user_id: ("experienced", 12, 2, 2),
            cast.tess.user_id: ("trainee", 3, 3, 3),
        }
        assert not found[cast.amina.user_id].is_said
        assert {line.why_fewer for line in found.values()} == {""}
        with cast.open(cast.maria) as session:
            assert audited(session, "file_review:draw", "review_samples")
            assert len(audited(session, "file_review:draw", "file_reviews")) == 8

    def test_the_least_is_asked_of_each_month_of_a_longer_period(
        self, cast: Cast, owner: Engine
    ) -> None:
        for _ in range(7):
            old_case(cast, owner, cast.amina)
        rates(cast, newly_qualified_at_least="2")
        first = add_months(today(), -3) + timedelta(days=1)
        sample_id = drawn(cast, first_day=first.isoformat())
        amina = lines(cast, sample_id)[cast.amina.user_id]
        assert (amina.pool, amina.asked, amina.drawn) == (7, 6, 6)
        assert amina.rate == Rate(0, 6)

    def test_says_why_fewer_were_drawn_than_asked(self, cast: Cast, owner: Engine) -> None:
        old_case(cast, owner, cast.amina)
        found = lines(cast, drawn(cast))
        amina, ben = found[cast.amina.user_id], found[cast.ben.user_id]
        assert (amina.asked, amina.drawn, amina.why_fewer) == (2, 1, "Only 1 could be drawn.")
        assert (ben.pool, ben.why_fewer) == (0, "No file was open in the period.")
        assert cast.maria.user_id not in found  # a manager without files is asked for none

    def test_can_be_repeated_from_what_is_kept(self, cast: Cast, owner: Engine) -> None:
        for _ in range(9):
            old_case(cast, owner, cast.amina, total_debt=60_000)
        sample_id = drawn(cast)
        sample = sample_of(cast, sample_id)
        with owner.connect() as connection:
            pool = connection.execute(
                text("SELECT case_id, holder_id FROM review_pool WHERE sample_id = :id"),
                {"id": sample_id},
            ).all()
        files = [Drawable(row.case_id, row.holder_id, risks=("high_debt",)) for row in pool]
        by_level = {name: Rate(**said) for name, said in sample.rates.items()}
        of = {each["id"]: by_level[each["level"]] for each in sample.people}
        again = draw(files, of, sample.seed, risks_on(today()))
        kept = reviews_of(cast, sample_id)
        assert {(p.file.case_id, p.is_random) for p in again} == {
            (row.case_id, row.is_random) for row in kept.values()
        }
        assert len(sample.seed) == 32

    def test_days_that_were_drawn_before_need_a_reason_and_both_draws_stay(
        self, cast: Cast, owner: Engine
    ) -> None:
        old_case(cast, owner, cast.amina)
        first = drawn(cast)
        for form in (days(), days(10)):
            with pytest.raises(Invalid) as refused, cast.open(cast.maria) as session:
                draw_sample(session, form)
            assert refused.value.fields["reason"].startswith("Maria Silva drew files of")
        second = drawn(cast, reason="Two advisors were away")
        with cast.open(cast.maria) as session:
            assert [(each.id, each.draw_no, each.reason) for each in list_samples(session)] == [
                (second, 2, "Two advisors were away"),
                (first, 1, ""),
            ]
            earlier = preview_draw(session, days(5)).earlier
            assert [each.id for each in earlier] == [second, first]

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE review_samples SET seed = 'mine' WHERE id = :id",
            "DELETE FROM review_samples WHERE id = :id",
            "UPDATE review_pool SET holder_id = holder_id WHERE sample_id = :id",
            "DELETE FROM file_reviews WHERE sample_id = :id",
            "UPDATE file_reviews SET holder_id = holder_id WHERE sample_id = :id",
            "UPDATE file_reviews SET is_random = true WHERE sample_id = :id",
        ],
    )
    def test_nobody_changes_a_draw_by_raw_sql(
        self, cast: Cast, owner: Engine, statement: str
    ) -> None:
        old_case(cast, owner, cast.amina)
        sample_id = drawn(cast)
        denied = pytest.raises(ProgrammingError, match="permission denied")
        with denied, cast.open(cast.maria) as session:
            session.execute(text(statement), {"id": sample_id})

    @pytest.mark.parametrize("name", ["amina", "tess"])
    def test_holders_cannot_tell_by_raw_sql_which_files_were_drawn(
        self, cast: Cast, owner: Engine, name: str
    ) -> None:
        holder = getattr(cast, name)
        old_case(cast, owner, holder)
        sample_id = drawn(cast)
        counts = {
            "review_pool": "SELECT count(*) FROM review_pool WHERE sample_id = :id",
            "review_samples": "SELECT count(*) FROM review_samples WHERE id = :id",
            "file_reviews": "SELECT count(*) FROM file_reviews WHERE sample_id = :id",
            "audit_logs": (
                "SELECT count(*) FROM audit_logs WHERE table_name = 'review_samples'"
                " AND record_id = :id"
            ),
        }

        def seen(who: Actor) -> dict[str, int]:
            with cast.open(who) as session:
                return {
                    table: session.execute(text(asked), {"id": sample_id}).scalar_one()
                    for table, asked in counts.items()
                }

        assert seen(holder) == dict.fromkeys(counts, 0)
        assert min(seen(cast.maria).values()) > 0

    def test_a_preview_tells_numbers_and_writes_nothing(self, cast: Cast, owner: Engine) -> None:
        old_case(cast, owner, cast.amina)
        with cast.open(cast.maria) as session:
            shown = preview_draw(session, days())
            assert list_samples(session) == []
        assert {line.id: line.pool for line in shown.lines}[cast.amina.user_id] == 1
        assert {line.drawn for line in shown.lines} == {0}

    @pytest.mark.parametrize(
        ("over", "field"),
        [
            ({"first_day": ""}, "first_day"),
            ({"last_day": "31 2 2026"}, "last_day"),
            ({"last_day": day(30)}, "last_day"),
            ({"first_day": day(-3), "last_day": day(-9)}, "last_day"),
            ({"first_day": day(-500)}, "first_day"),
        ],
    )
    def test_says_beside_the_box_what_is_wrong(
        self, cast: Cast, over: dict[str, str], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            drawn(cast, **over)
        assert list(refused.value.fields) == [field]

    @pytest.mark.parametrize("who", ["amina", "tess", "root"])
    def test_is_a_managers_alone(self, cast: Cast, who: str) -> None:
        for verb in (draw_sample, preview_draw):
            with pytest.raises(Refused), cast.open(getattr(cast, who)) as session:
                verb(session, days())
        with pytest.raises(Refused), cast.open(getattr(cast, who)) as session:
            list_samples(session)

    def test_never_takes_a_file_of_the_next_centre(self, cast: Cast, owner: Engine) -> None:
        mine = old_case(cast, owner, cast.amina)
        old_case(cast, owner, cast.colin)
        sample_id = drawn(cast)
        assert set(reviews_of(cast, sample_id)) == {mine}
        assert cast.colin.user_id not in lines(cast, sample_id)
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            read_sample(session, sample_id)
        with cast.open(cast.bea) as session:
            assert list_samples(session) == []


class TestPool:
    def test_is_what_was_open_in_the_period_and_had_an_advisor(
        self, cast: Cast, owner: Engine
    ) -> None:
        rates(cast, newly_qualified_percent="100")
        at_work = old_case(cast, owner, cast.amina)
        closed_in = old_case(cast, owner, cast.amina, status="closed", closing_date=today())
        long_ago = today() - timedelta(days=60)
        old_case(cast, owner, cast.amina, status="closed", closing_date=long_ago)
        old_case(cast, owner, cast.amina, stage="waiting", status="open")
        assert set(reviews_of(cast, drawn(cast))) == {at_work, closed_in}

    def test_a_case_of_after_the_period_is_not_in_it(self, cast: Cast, owner: Engine) -> None:
        before = old_case(cast, owner, cast.amina)
        make_case(cast, cast.amina)
        yesterday = day(-1)
        assert set(reviews_of(cast, drawn(cast, last_day=yesterday))) == {before}

    def test_binds_to_who_held_the_case_at_the_periods_end(self, cast: Cast, owner: Engine) -> None:
        case_id = old_case(cast, owner, cast.amina)
        for taker in (cast.ben, cast.tess):
            with cast.open(cast.maria) as session:
                assign_case(session, case_id, advisor_id=taker.user_id)
        then = reviews_of(cast, drawn(cast, last_day=day(-1)))[case_id]
        assert then.holder_id == cast.amina.user_id
        now_ = reviews_of(cast, drawn(cast, reason="The days after"))[case_id]
        assert (now_.holder_id, now_.level) == (cast.tess.user_id, "trainee")

    def test_an_advisor_who_left_is_asked_for_what_they_held(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = old_case(cast, owner, cast.amina, status="closed", closing_date=today())
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE users SET is_active = false WHERE id = :id"),
                {"id": cast.amina.user_id},
            )
        sample_id = drawn(cast)
        assert reviews_of(cast, sample_id)[case_id].holder_id == cast.amina.user_id
        assert lines(cast, sample_id)[cast.amina.user_id].drawn == 1


class TestRisks:
    """With rates of nothing, only the rules pick."""

    def picked(self, cast: Cast, case_id: int, **over: str) -> set[str]:
        rates(cast)
        row = reviews_of(cast, drawn(cast, **over)).get(case_id)
        if row is None:
            return set()
        assert not row.is_random
        assert all(each["why"] for each in row.risks)
        return {each["code"] for each in row.risks}

    def test_every_rule_is_asked_of_the_record_or_by_hand(self) -> None:
        rules = risks_on(today())
        assert {each.code for each in rules if not each.is_by_hand} == {*FITS, *OF_ADVISORS}

    def test_a_plain_file_is_not_picked(self, cast: Cast, owner: Engine) -> None:
        assert self.picked(cast, old_case(cast, owner, cast.amina)) == set()

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"total_debt": 50_000}, "high_debt"),
            ({"case_type": "debt_relief_order"}, "insolvency"),
            ({"debt_solution": "bankruptcy"}, "insolvency"),
            ({"debt_solution": "trust_deed"}, "insolvency"),
            ({"fca_outcome": "own_choice"}, "advice_rejected"),
            ({"compliance_status": "late"}, "late"),
            ({"compliance_status": "not_met"}, "late"),
        ],
    )
    def test_by_what_stands_on_the_case(
        self, cast: Cast, owner: Engine, values: dict[str, object], code: str
    ) -> None:
        assert self.picked(cast, old_case(cast, owner, cast.amina, **values)) == {code}

    def test_a_choice_against_the_advice_that_stands(self, cast: Cast, owner: Engine) -> None:
        case_id = old_case(cast, owner, cast.amina)
        advise(cast, case_id, choice="another", chosen="write_off")
        assert self.picked(cast, case_id) == {"advice_rejected"}

    def test_not_below_the_sum(self, cast: Cast, owner: Engine) -> None:
        assert self.picked(cast, old_case(cast, owner, cast.amina, total_debt=49_999)) == set()

    def test_a_vulnerable_client(self, cast: Cast, owner: Engine) -> None:
        case_id = old_case(cast, owner, cast.amina)
        with cast.open(cast.amina) as session:
            flag = {"driver": "health", "detail": "Anxiety", "adjustment": "Ring before noon"}
            client_id = session.require(Case, case_id).client_id
            add_vulnerability(session, client_id, VulnerabilityForm.read(flag))
        assert self.picked(cast, case_id) == {"vulnerable"}

    def test_an_emergency(self, cast: Cast, owner: Engine) -> None:
        case_id = old_case(cast, owner, cast.amina)
        with cast.open(cast.amina) as session:
            record_emergency(session, case_id, what="Eviction")
        assert self.picked(cast, case_id) == {"emergency"}

    def test_a_gate_opened_by_hand_in_the_period_alone(self, cast: Cast, owner: Engine) -> None:
        case_id = old_case(cast, owner, cast.amina)
        with cast.open(cast.maria) as session:
            open_gate(session, case_id, gate="closing", reason="On paper")
        assert self.picked(cast, case_id) == {"gate"}
        over = {"last_day": day(-1), "reason": "Before it was opened"}
        assert self.picked(cast, case_id, **over) == set()

    def test_an_action_long_overdue(self, cast: Cast, owner: Engine) -> None:
        case_id = old_case(cast, owner, cast.amina)
        for late in (9, 10):
            with cast.open(cast.amina) as session:
                due = today() - timedelta(days=late)
                record_action(session, case_id, what="Ring", due_date=due)
            again = {"reason": "Again"} if late == 10 else {}
            assert self.picked(cast, case_id, **again) == ({"late"} if late == 10 else set())

    def test_no_contact(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        put(owner, case_id, opening_date=today() - timedelta(days=43))
        assert self.picked(cast, case_id) == {"no_contact"}

    def test_the_first_cases_of_a_trainee(self, cast: Cast, owner: Engine) -> None:
        cases = [old_case(cast, owner, cast.tess) for _ in range(5)]
        rates(cast)
        assert set(reviews_of(cast, drawn(cast))) == set(cases[:3])

    def test_after_harm_more_files_of_the_same_advisor(self, cast: Cast, owner: Engine) -> None:
        for who in (cast.amina, cast.ben):
            for _ in range(4):
                old_case(cast, owner, who)
        review = min(
            (row for row in reviews_of(cast, drawn(cast)).values()
             if row.holder_id == cast.amina.user_id), key=lambda row: row.id,
        )  # fmt: skip
        finish(cast, review.id, harm="yes", harm__what="Eviction missed", harm__due=day(1))
        rates(cast)
        found = reviews_of(cast, drawn(cast, reason="After what was found"))
        assert [row.holder_id for row in found.values()] == [cast.amina.user_id] * 2
        assert {each["code"] for row in found.values() for each in row.risks} == {"after_harm"}

    def test_takes_one_of_each_advisor_where_the_rule_says_so(
        self, cast: Cast, owner: Engine
    ) -> None:
        for who in (cast.amina, cast.amina, cast.ben):
            old_case(cast, owner, who, total_debt=70_000)
        rates(cast)
        holders = [row.holder_id for row in reviews_of(cast, drawn(cast)).values()]
        assert sorted(holders) == sorted([cast.amina.user_id, cast.ben.user_id])


class TestAddFile:
    def added(self, cast: Cast, who: Actor, sample_id: int, case_id: int, **over: str) -> int:
        with cast.open(cast.maria) as session:
            reference = session.require(Case, case_id).case_reference
        said = {"case_reference": reference, "code": "complaint", "why": "Rude on the phone"}
        with cast.open(who) as session:
            return add_file(session, sample_id, said | over).id

    def test_says_why_and_stands_apart_from_the_draw(self, cast: Cast, owner: Engine) -> None:
        case_id = old_case(cast, owner, cast.amina)
        rates(cast)
        sample_id = drawn(cast)
        self.added(cast, cast.maria, sample_id, case_id)
        row = reviews_of(cast, sample_id)[case_id]
        assert (row.is_random, row.risks[0]["word"]) == (False, "Complaint")
        assert row.risks[0]["why"] == "A complaint was made. Rude on the phone"
        assert lines(cast, sample_id)[cast.amina.user_id].risks == 1
        with pytest.raises(Invalid, match="already"):
            self.added(cast, cast.maria, sample_id, case_id)

    def test_asks_for_a_file_of_the_period_and_for_the_reason(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = old_case(cast, owner, cast.amina)
        sample_id = drawn(cast)
        with pytest.raises(Invalid, match="No file of this reference"):
            self.added(cast, cast.maria, sample_id, make_case(cast, cast.amina))
        with pytest.raises(Invalid) as refused:
            self.added(cast, cast.maria, sample_id, case_id, why=" ", code="late")
        assert set(refused.value.fields) == {"why", "code"}

    @pytest.mark.parametrize("who", ["amina", "tess", "bea"])
    def test_is_the_managers_to_whom_alone_a_draw_is_there(
        self, cast: Cast, owner: Engine, who: str
    ) -> None:
        case_id = old_case(cast, owner, cast.amina)
        sample_id = drawn(cast)
        with pytest.raises(NotFound):
            self.added(cast, getattr(cast, who), sample_id, case_id)


class TestRestricted:
    """A file that a manager may not see is in no draw of hers, and no figure tells of it."""

    def restricted(self, cast: Cast, owner: Engine, by: Actor) -> int:
        case_id = old_case(cast, owner, cast.amina)
        with cast.open(by) as session:
            restrict_file(session, session.require(Case, case_id).client_id, [cast.amina.user_id])
        return case_id

    def test_a_hidden_file_is_not_drawn_nor_counted(self, cast: Cast, owner: Engine) -> None:
        ben = second_manager(cast, owner)
        rates(cast, newly_qualified_percent="100")
        hidden = self.restricted(cast, owner, ben)
        seen = old_case(cast, owner, cast.amina)
        sample_id = drawn(cast)
        assert set(reviews_of(cast, sample_id)) == {seen}
        assert lines(cast, sample_id)[cast.amina.user_id].pool == 1
        with owner.connect() as connection:
            pool = connection.execute(
                text("SELECT case_id FROM review_pool WHERE sample_id = :id"), {"id": sample_id}
            ).scalars()
            assert hidden not in set(pool)

    def test_what_another_manager_drew_of_it_moves_no_figure_of_hers(
        self, cast: Cast, owner: Engine
    ) -> None:
        ben = second_manager(cast, owner)
        rates(cast, newly_qualified_percent="100")
        hidden = self.restricted(cast, owner, ben)
        seen = old_case(cast, owner, cast.amina)
        sample_id = drawn(cast, ben)
        assert set(reviews_of(cast, sample_id, ben)) == {hidden, seen}
        his, hers = (lines(cast, sample_id, who)[cast.amina.user_id] for who in (ben, cast.maria))
        assert (his.pool, his.asked, his.drawn, his.apart_pool, his.apart_drawn) == (1, 1, 1, 1, 1)
        assert (hers.pool, hers.asked, hers.drawn) == (1, 1, 1)
        assert (hers.apart_pool, hers.apart_drawn, hers.why_fewer) == (0, 0, "")
        with cast.open(cast.maria) as session:
            told = session.execute(text("SELECT count(*) FROM audit_logs WHERE case_id = :id"),
                                   {"id": hidden}).scalar_one()  # fmt: skip
            assert told == 0

    def test_only_somebody_named_can_review_it(self, cast: Cast, owner: Engine) -> None:
        rates(cast, newly_qualified_percent="100")
        hidden = self.restricted(cast, owner, cast.maria)
        row = reviews_of(cast, drawn(cast))[hidden]
        with pytest.raises(Invalid):
            give(cast, row.id, cast.ben)


class TestRates:
    def test_begin_with_a_default_that_says_so(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            found = read_rates(session)
        assert found.in_force.source.startswith("Our default.")
        assert found.in_force.by_level["trainee"].percent == 100
        assert {each.id: each.level for each in found.people}[cast.tess.user_id] == "trainee"

    def test_hold_from_their_day_and_the_newest_of_a_day_counts(self, cast: Cast) -> None:
        rates(cast, trainee_percent="80")
        rates(cast, trainee_percent="70")
        rates(cast, trainee_percent="60", valid_from=day(3))
        with cast.open(cast.maria) as session:
            found = read_rates(session)
            assert audited(session, "file_review:set_rates", "review_rates")
        assert (found.in_force.source, found.in_force.by_level["trainee"].percent) == ("", 70)
        assert [each.by_level["trainee"].percent for each in found.coming] == [60]

    def test_a_change_moves_no_draw_of_before(self, cast: Cast, owner: Engine) -> None:
        old_case(cast, owner, cast.amina)
        sample_id = drawn(cast)
        rates(cast)
        assert lines(cast, sample_id)[cast.amina.user_id].rate == Rate(50, 2)

    @pytest.mark.parametrize(
        ("over", "field"),
        [
            ({"trainee_percent": "101"}, "trainee_percent"),
            ({"experienced_at_least": "two"}, "experienced_at_least"),
            ({"valid_from": day(-9)}, "valid_from"),
            ({"valid_from": ""}, "valid_from"),
        ],
    )
    def test_says_what_is_wrong(self, cast: Cast, over: dict[str, str], field: str) -> None:
        with pytest.raises(Invalid) as refused:
            rates(cast, **over)
        assert list(refused.value.fields) == [field]

    def test_a_level_holds_from_its_day(self, cast: Cast) -> None:
        for level, ahead in (("newly_qualified", 0), ("experienced", 0), ("newly_qualified", 9)):
            with cast.open(cast.maria) as session:
                said = {"user_id": cast.ben.user_id, "level": level, "valid_from": day(ahead)}
                set_level(session, said)
        with cast.open(cast.maria) as session:
            ben = next(p for p in read_rates(session).people if p.id == cast.ben.user_id)
        assert (ben.level, ben.is_said) == ("experienced", True)

    def test_newly_qualified_lapses_after_its_months(self, cast: Cast, owner: Engine) -> None:
        with cast.open(cast.maria) as session:
            said = {"user_id": cast.ben.user_id, "level": "newly_qualified"}
            set_level(session, {**said, "valid_from": day(0)})
        begun = self.ben(cast)
        assert (begun.level, begun.until) == ("newly_qualified", add_months(today(), 3))
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE review_levels SET valid_from = :day WHERE user_id = :who"),
                {"day": add_months(today(), -4), "who": cast.ben.user_id},
            )
        lapsed = self.ben(cast)
        assert (lapsed.level, lapsed.is_said) == ("experienced", True)
        assert lapsed.until == add_months(add_months(today(), -4), 3)

    def ben(self, cast: Cast) -> PersonLevel:
        with cast.open(cast.maria) as session:
            return next(p for p in read_rates(session).people if p.id == cast.ben.user_id)

    def test_sampling_falls_by_itself_once_training_is_over(
        self, cast: Cast, owner: Engine
    ) -> None:
        """All of a trainee's files, half for three months, then what is asked of anybody."""
        for _ in range(30):
            old_case(cast, owner, cast.tess)
        with cast.open(cast.maria) as session:
            asked = [self.asked(session, cast)]
        with cast.open(cast.root) as session:
            person = users.read_person(session, cast.tess.user_id)
            form = {
                name: str(getattr(person, name) or "")
                for name in ("first_name", "last_name", "email", "phone")
            }
            users.edit(
                session,
                person.id,
                PersonEdit.read({**form, "role": "advisor"}),
                version=person.version,
            )
        with cast.open(cast.maria) as session:
            asked.append(self.asked(session, cast))
            (tess,) = [p for p in read_rates(session).people if p.id == cast.tess.user_id]
        assert (tess.level, tess.is_said, tess.since) == ("newly_qualified", True, today())
        assert tess.until == add_months(today(), 3)
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE review_levels SET valid_from = :day WHERE user_id = :who"),
                {"day": add_months(today(), -3), "who": cast.tess.user_id},
            )
        with cast.open(cast.maria) as session:
            asked.append(self.asked(session, cast))
        assert asked == [("trainee", 30), ("newly_qualified", 15), ("experienced", 3)]

    def asked(self, session: CentreSession, cast: Cast) -> tuple[str, int]:
        (line,) = [
            each for each in preview_draw(session, days()).lines if each.id == cast.tess.user_id
        ]
        return line.level, line.asked

    def test_a_trainees_level_is_the_role(self, cast: Cast) -> None:
        said = {"user_id": cast.tess.user_id, "level": "experienced", "valid_from": day(0)}
        with pytest.raises(Invalid, match="role"), cast.open(cast.maria) as session:
            set_level(session, said)

    def test_somebody_of_the_next_centre_is_not_found(self, cast: Cast) -> None:
        said = {"user_id": cast.colin.user_id, "level": "experienced", "valid_from": day(0)}
        with pytest.raises(NotFound), cast.open(cast.maria) as session:
            set_level(session, said)

    @pytest.mark.parametrize("who", ["amina", "tess", "root"])
    def test_are_a_managers(self, cast: Cast, who: str) -> None:
        said = {"user_id": cast.ben.user_id, "level": "experienced", "valid_from": day(0)}
        form = {**NOBODY, "valid_from": day(0)}
        for verb in (read_rates, lambda s: set_rates(s, form), lambda s: set_level(s, said)):
            with pytest.raises(Refused), cast.open(getattr(cast, who)) as session:
                verb(session)
