"""No trace of a trainee's and their colleagues' doings reaches a restricted state unsigned.

Random traces through the services on PostgreSQL, as the app's role. What is true is asked of the
database as its owner, by SQL of this test's own. `--traces` says how many; `make traces` walks
2,000.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import CmaError
from cma_app.services import case_steps, debts, sign_offs
from cma_app.services.budgets import record_line, start_sheet, verify_sheet
from cma_app.services.notes import record_note
from cma_app.services.recommendations import give_prepared, prepare_advice
from cma_app.services.sign_offs import Decision
from models import BudgetSheet, SignOff
from tests.people import Cast, make_cast
from tests.services.advising import advice_form
from tests.services.closings import close_with, ending
from tests.services.money import make_case
from tests.services.signing import fine

STEPS = (
    *("lower_priority", "move_stage", "end_emergency", "replace_emergency"),
    *("verify_sheet", "close_case", "give_advice"),
)
ENTITLED = ("amina", "maria")
"""Who may sign Tess's work off: her supervisor, and a manager of the centre."""
EVERYBODY = (*ENTITLED, "ben", "tess", "colin", "bea", "root")
MANY = 400
"""From so many traces on, chance reaches every outcome there is."""
RANKS = ("low", "medium", "high", "urgent")

FACTS = """
SELECT k.status, k.stage, k.priority, k.emergency, k.emergency_date, k.monthly_surplus,
  b.verification_status, b.income_details::text AS income, b.expense_details::text AS expenses,
  (SELECT string_agg(d.id || ':' || d.balance || ':' || d.is_priority, ',' ORDER BY d.id)
   FROM debts d WHERE d.case_id = k.id AND d.deleted_at IS NULL) AS debts,
  (SELECT string_agg(r.status || ':' || r.reasons, ',' ORDER BY r.id) FROM recommendations r
   WHERE r.case_id = k.id) AS advice
FROM cases k JOIN budget_sheets b ON b.case_id = k.id WHERE k.id = :case
"""
BOUND = {
    "lower_priority": ("priority", "emergency", "emergency_date"),
    "move_stage": ("stage", "status", "monthly_surplus", "debts"),
    "end_emergency": ("emergency", "emergency_date"),
    "replace_emergency": ("emergency", "emergency_date"),
    "verify_sheet": ("income", "expenses"),
    "close_case": ("status", "debts"),
    "give_advice": ("advice", "monthly_surplus", "debts"),
}
"""The facts that each step's submission is bound to: another value of one of them voids it."""
SIGNED = """
SELECT step, content_hash FROM sign_offs WHERE case_id = :case AND status = 'approved'
  AND decided_hash = content_hash AND decided_by <> submitted_by
  AND EXISTS (SELECT 1 FROM users u WHERE u.id = decided_by AND u.centre_id = sign_offs.centre_id
              AND u.role IN ('advisor', 'manager')
              AND (u.role = 'manager' OR u.id = (SELECT supervisor_id FROM users t
                                                  WHERE t.id = submitted_by)))
"""


@dataclass
class World:
    """The database as its owner sees it, and the cast that every trace shares."""

    owner: Connection
    cast: Cast
    traces: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)


class Supervised(RuleBasedStateMachine):
    """One trace: a case of Tess's, and what people do to it in any order."""

    world: ClassVar[World]

    @initialize()
    def begin(self) -> None:
        """Give Tess a case with a budget, a debt and an emergency."""
        self.cast = self.world.cast
        self.world.traces += 1
        self.case_id = make_case(self.cast, self.cast.tess)
        with self.cast.open(self.cast.tess) as session:
            self.sheet_id = start_sheet(session, self.case_id).id
            record_line(session, self.sheet_id, code="client-salary-or-wages", typed="900")
            row = {"creditor": "Harbour Homes", "debt_type": "rent", "balance": "120"}
            self.debt_id = debts.add_debt(session, self.case_id, row).id
            self.advice_id = prepare_advice(session, self.case_id, advice_form()).id
            case_steps.move_stage(session, self.case_id, stage="advice")
            case_steps.record_emergency(session, self.case_id, what="Eviction")
        self.rows: list[tuple[SignOff, dict[str, Any]]] = []
        self.known = self.facts()
        self.signed = self.approvals()
        self.verified: tuple[Any, ...] | None = None

    def facts(self) -> dict[str, Any]:
        """Return what is true of the case now."""
        found = self.world.owner.execute(text(FACTS), {"case": self.case_id})
        return dict(found.mappings().one())

    def approvals(self) -> list[tuple[str, str]]:
        """Return every approval of this case that is worth its name, by this test's own rules."""
        found = self.world.owner.execute(text(SIGNED), {"case": self.case_id})
        return sorted((row.step, row.content_hash) for row in found)

    def asked(self, step: str, to: str) -> tuple[int, dict[str, Any]]:
        """Return what a step is asked of, and with what."""
        if step == "verify_sheet":
            return self.sheet_id, {}
        if step == "give_advice":
            return self.advice_id, {}
        if step == "close_case":
            with self.cast.open(self.cast.tess) as session:
                return self.case_id, {"form": ending(session, self.case_id, status="cancelled",
                                                     reason="moved_away")}  # fmt: skip
        return self.case_id, {
            "lower_priority": {"priority": to, "reason": "Calmer now"},
            "move_stage": {"stage": "action"},
            "end_emergency": {"reason": "Suspended"},
            "replace_emergency": {"what": "Eviction", "on": f"{today() + timedelta(days=9)}"},
        }[step]

    def told(self, outcome: str) -> None:
        """Count an outcome, so that a machine that never gets anywhere is noticed."""
        self.world.outcomes[outcome] = self.world.outcomes.get(outcome, 0) + 1

    @rule(step=st.sampled_from(STEPS), to=st.sampled_from(RANKS))
    def submit(self, step: str, to: str) -> None:
        """Let Tess submit something."""
        try:
            subject, asked = self.asked(step, to)
            with self.cast.open(self.cast.tess) as session:
                row = sign_offs.submit(session, step, subject, asked)
        except CmaError:
            self.told("submission refused")
            return
        if row.id not in [each.id for each, _ in self.rows]:
            self.rows.append((row, self.facts()))
        self.told("submitted")

    @rule(step=st.sampled_from(STEPS), to=st.sampled_from(RANKS))
    def do_it_herself(self, step: str, to: str) -> None:
        """Let Tess try the act itself: it is refused, whatever it is."""
        try:
            subject, asked = self.asked(step, to)
            with self.cast.open(self.cast.tess) as session:
                if step == "verify_sheet":
                    sheet = session.require(BudgetSheet, subject)
                    verify_sheet(session, subject, version=sheet.version)
                elif step == "give_advice":
                    give_prepared(session, subject, {})
                elif step == "close_case":
                    close_with(session, subject, **asked["form"])
                elif step == "replace_emergency":
                    on = date.fromisoformat(asked["on"])
                    case_steps.record_emergency(session, subject, what=asked["what"], on=on)
                else:
                    getattr(case_steps, step)(session, subject, **asked)
        except CmaError:
            self.told("refused herself")
        else:
            self.told("done herself")

    @precondition(lambda self: getattr(self, "rows", None))
    @rule(which=st.integers(0, 1), who=st.sampled_from(ENTITLED))
    def sign_off(self, which: int, who: str) -> None:
        """Let somebody entitled sign off one of the newest versions."""
        self.decide(which, who, back=False, stale=False)

    @precondition(lambda self: getattr(self, "rows", None))
    @rule(
        which=st.integers(0, 3),
        who=st.sampled_from((*ENTITLED, *EVERYBODY)),
        back=st.booleans(),
        stale=st.sampled_from((False, False, False, True)),
    )
    def decide(self, which: int, who: str, *, back: bool, stale: bool) -> None:
        """Let anybody sign off or send back one of the newest versions, or a version long gone."""
        row, then = self.rows[-1 - which % len(self.rows)]
        before = self.facts()
        moved = any(before[name] != then[name] for name in BOUND[row.step])
        points = {} if back else fine(row.step)
        decision = Decision(points, {}, {}, "Look again" if back else "")
        verb = sign_offs.send_back if back else sign_offs.sign_off
        seen = "0" * 64 if stale else row.content_hash
        actor: Actor = getattr(self.cast, who)
        try:
            with self.cast.open(actor) as session:
                done = verb(session, row.id, decision, seen=seen)
        except CmaError:
            self.told("decision refused")
            return
        assert who in ENTITLED
        assert not stale
        self.told(done.status)
        if not back:
            assert done.status == ("void" if moved else "approved")
        if done.status == "approved" and row.step == "verify_sheet":
            self.verified = (before["income"], before["expenses"])

    @precondition(lambda self: getattr(self, "rows", None))
    @rule(who=st.sampled_from(ENTITLED))
    def change_and_sign_off(self, who: str) -> None:
        """Let Tess change what the newest version is bound to, before somebody signs it off."""
        step, facts = self.rows[-1][0].step, self.facts()
        if step == "verify_sheet":
            self.change_a_figure("902" if "901" in facts["income"] else "901")
        elif step in {"move_stage", "close_case", "give_advice"}:
            self.change_a_debt("122" if ":121" in facts["debts"] else "121")
        else:
            self.emergency("Bailiffs" if facts["emergency"] == "Eviction" else "Eviction")
        self.decide(0, who, back=False, stale=False)

    @rule(amount=st.sampled_from(("900", "901", "950")))
    def change_a_figure(self, amount: str) -> None:
        """Let Tess change a line of the budget."""
        self.try_to(record_line, self.sheet_id, code="client-salary-or-wages", typed=amount)

    @rule(balance=st.sampled_from(("120", "121")))
    def change_a_debt(self, balance: str) -> None:
        """Let Tess change what is owed."""
        with self.cast.open(self.cast.tess) as session:
            version = session.require(debts.Debt, self.debt_id).version
        row = {"creditor": "Harbour Homes", "debt_type": "rent", "balance": balance}
        self.try_to(debts.change_debt, self.debt_id, row, version=version)

    @rule(reasons=st.sampled_from(("She can pay.", "She can pay it all.")))
    def change_the_advice(self, reasons: str) -> None:
        """Let Tess write her recommendation anew; once one was given, it is the next."""
        try:
            with self.cast.open(self.cast.tess) as session:
                form = advice_form(reasons=reasons)
                self.advice_id = prepare_advice(session, self.case_id, form).id
        except CmaError:
            self.told("advice refused")

    @precondition(lambda self: getattr(self, "rows", None))
    @rule(who=st.sampled_from(("tess", "tess", *EVERYBODY)))
    def take_it_back(self, who: str) -> None:
        """Let somebody withdraw what Tess submitted last: she alone may."""
        try:
            with self.cast.open(getattr(self.cast, who)) as session:
                done = sign_offs.withdraw(session, self.rows[-1][0].id)
        except CmaError:
            self.told("withdrawal refused")
            return
        assert who == "tess"
        self.told(done.status)

    @rule()
    def note(self) -> None:
        """Let Tess write a note: nothing ever stops that, and it voids nothing."""
        with self.cast.open(self.cast.tess) as session:
            record_note(session, self.case_id, channel="phone", minutes=1, body="She rang")

    @rule(
        what=st.sampled_from(("Eviction", "No money for the meter")),
        days=st.sampled_from((None, 1, 5)),
    )
    def emergency(self, what: str, days: int | None = None) -> None:
        """Let Tess record an emergency: it is urgent at once, but where it puts one off."""
        on = None if days is None else today() + timedelta(days=days)
        later = put_off(self.facts(), {"emergency": what, "emergency_date": on})
        try:
            with self.cast.open(self.cast.tess) as session:
                case_steps.record_emergency(session, self.case_id, what=what, on=on)
        except CmaError:
            assert later
            self.told("postponement refused")
            return
        assert not later
        found = self.facts()
        assert (found["emergency"], found["priority"]) == (what, "urgent")

    def try_to(self, verb: Any, *args: Any, **more: Any) -> None:
        try:
            with self.cast.open(self.cast.tess) as session:
                verb(session, *args, **more)
        except CmaError:
            pass

    @invariant()
    def every_restricted_state_was_signed_off(self) -> None:
        """Say that whatever moved into such a state did so with an approval of its own."""
        if not hasattr(self, "known"):
            return
        was, is_, signed = self.known, self.facts(), self.approvals()
        new = list(signed)
        for each in self.signed:
            new.remove(each)
        steps = [step for step, _ in new]
        assert len(steps) <= 1
        assert (RANKS.index(is_["priority"]) < RANKS.index(was["priority"])) == (
            "lower_priority" in steps
        )
        assert (is_["stage"] == "action" and was["stage"] != "action") == ("move_stage" in steps)
        assert (was["emergency"] is not None and is_["emergency"] is None) == (
            "end_emergency" in steps
        )
        assert put_off(was, is_) == ("replace_emergency" in steps)
        assert (is_["status"] == "cancelled" and was["status"] != "cancelled") == (
            "close_case" in steps
        )
        assert (given(is_) > given(was)) == ("give_advice" in steps)
        if is_["verification_status"] == "verified":
            assert self.verified == (is_["income"], is_["expenses"]), "an edit left it verified"
        self.known, self.signed = is_, signed


def given(facts: dict[str, Any]) -> int:
    """Return how many versions of the advice were given."""
    return str(facts["advice"]).count("advised:")


def put_off(was: dict[str, Any], becomes: dict[str, Any]) -> bool:
    """Say whether an emergency that stands moved to a later day, or lost its day."""
    if was["emergency"] is None or becomes["emergency"] is None or was["emergency_date"] is None:
        return False
    day = becomes["emergency_date"]
    return day is None or day > was["emergency_date"]


@pytest.fixture(scope="module")
def world(owner: Engine) -> Iterator[World]:
    """Return the world of every trace of a run."""
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        Supervised.world = World(connection, make_cast(owner, 8301))
        yield Supervised.world
    print(Supervised.world.traces, Supervised.world.outcomes)  # noqa: T201 - read with -s


def test_a_known_trace_comes_to_every_outcome(world: World) -> None:
    """Walk what chance may miss in a few traces, with the same rules and the same invariant."""
    walk = Supervised()
    walk.begin()
    outcomes = []

    def step(rule_: Callable[..., Any], *args: Any, **said: Any) -> None:
        before = dict(world.outcomes)
        rule_(*args, **said)
        walk.every_restricted_state_was_signed_off()
        outcomes.extend(set(world.outcomes.items()) - set(before.items()))

    step(walk.submit, "verify_sheet", "low")
    step(walk.decide, 0, "ben", back=False, stale=False)
    step(walk.decide, 0, "amina", back=True, stale=False)
    step(walk.submit, "verify_sheet", "low")
    step(walk.change_and_sign_off, "amina")
    step(walk.submit, "verify_sheet", "low")
    step(walk.take_it_back, "tess")
    step(walk.submit, "verify_sheet", "low")
    step(walk.note)
    step(walk.sign_off, 0, "maria")
    assert walk.facts()["verification_status"] == "verified"
    step(walk.change_a_figure, "950")
    assert walk.facts()["verification_status"] != "verified"
    for name in ("end_emergency", "lower_priority", "give_advice", "move_stage"):
        step(walk.submit, name, "low")
        step(walk.do_it_herself, name, "low")
        step(walk.sign_off, 0, "amina")
    found = walk.facts()
    assert (found["emergency"], found["priority"], found["stage"]) == (None, "low", "action")
    words = [word for word, _ in outcomes]
    assert words == [
        *("submitted", "decision refused", "returned", "submitted", "void"),
        *("submitted", "withdrawn", "submitted", "approved"),
        *("submitted", "refused herself", "approved") * 4,
    ]


def test_no_trace_reaches_a_restricted_state_unsigned(
    world: World, request: pytest.FixtureRequest
) -> None:
    traces = request.config.getoption("--traces")
    before, world.outcomes, world.traces = world.outcomes, {}, 0
    run_state_machine_as_test(
        Supervised,
        settings=settings(
            max_examples=traces,
            stateful_step_count=14,
            deadline=None,
            database=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert world.traces >= traces
    reached = {"submitted", "refused herself"}
    if traces >= MANY:
        reached |= set(before)
        reached |= {"submission refused", "withdrawal refused", "postponement refused"}
    assert reached <= set(world.outcomes)
