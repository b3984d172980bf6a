"""The figures of a manager's week agree with the board, and see no more than she does."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import Refused
from cma_app.rules.workflow import Stage
from cma_app.services import caseload
from cma_app.services.caseload_figures import (
    WEEKS,
    Ages,
    Figures,
    Load,
    Visits,
    first_monday,
    read_figures,
)
from cma_app.services.caseload_values import Filter
from state.caseload_figures import FiguresView, band_words
from tests.people import Cast
from tests.plant import plant_action, plant_case, plant_referral

pytestmark = pytest.mark.database


@pytest.fixture
def office(cast: Cast, owner: Engine) -> None:
    day = today()
    for person, stage, days, due in (
        (cast.amina, "advice", 3, 2),
        (cast.amina, "advice", 10, -1),
        (cast.amina, "review", 60, None),
        (cast.ben, "advice", 40, 0),
        (cast.tess, "waiting", 0, None),
    ):
        case_id = plant_case(owner, person, stage=stage, since=day - timedelta(days=days))
        if due is not None:
            plant_action(owner, person, case_id, "Ring", day + timedelta(days=due))
    plant_case(owner, cast.ben, restricted=True, stage="advice")
    for days in (0, 7, 8, 40):
        plant_referral(owner, cast.amina, days=days)
    plant_referral(owner, cast.colin)
    plant_case(owner, cast.colin, stage="advice")


def figures(cast: Cast, actor: Actor, wanted: Filter | None = None) -> Figures:
    with cast.open(actor) as session:
        return read_figures(session, wanted=wanted)


def visit(owner: Engine, actor: Actor, case_id: int, day: date, status: str) -> None:
    with owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO appointments (centre_id, case_id, client_id, advisor_id,"
                " appointment_type, status, cancelled_by, scheduled_date, scheduled_time)"
                " SELECT centre_id, id, client_id, :who, 'advice', :status, :by, :day, '10:00'"
                " FROM cases WHERE id = :case"
            ),
            {
                "who": actor.user_id,
                "status": status,
                "by": "client" if status == "cancelled" else None,
                "day": day,
                "case": case_id,
            },
        )


def test_counts_by_stage_and_person_as_the_board_does(cast: Cast, office: None) -> None:
    found = figures(cast, cast.maria)
    assert found.stages == {
        Stage.WAITING: Load(undated=1),
        Stage.ADVICE: Load(coming=2, overdue=1),
        Stage.REVIEW: Load(undated=1),
    }
    people = {one.name: (one.load.open, one.weighted) for one in found.people}
    assert people == {
        "Amina Khan": (3, Decimal("5.0")),
        "Ben Ellis": (1, Decimal("2.0")),
        "Tess Moore": (1, Decimal("1.0")),
        "Maria Silva": (0, Decimal(0)),
    }
    with cast.open(cast.maria) as session:
        counted = caseload.summary(session)
    assert {one.name: one.weighted for one in counted.holders} == {
        one.name: one.weighted for one in found.people
    }
    assert counted.centre.open == sum(load.open for load in found.stages.values())


def test_ages_stand_in_bands_with_their_median_and_longest(cast: Cast, office: None) -> None:
    assert figures(cast, cast.maria).ages == {
        Stage.WAITING: Ages((1, 0, 0, 0), 0, 0),
        Stage.ADVICE: Ages((1, 1, 1, 0), 10, 40),
        Stage.REVIEW: Ages((0, 0, 0, 1), 60, 60),
    }


def test_a_filter_of_the_board_narrows_them(cast: Cast, office: None) -> None:
    found = figures(cast, cast.maria, Filter(cast.amina.user_id, "overdue"))
    assert found.stages == {Stage.ADVICE: Load(overdue=1)}
    assert [one.name for one in found.people] == ["Amina Khan"]


def test_weeks_count_what_was_opened_and_what_ended(cast: Cast, owner: Engine) -> None:
    first = first_monday(today())
    last_week = today() - timedelta(days=today().weekday() + 7)
    for opened, closed in ((first, None), (first - timedelta(days=1), last_week)):
        case_id = plant_case(owner, cast.amina, status="closed" if closed else "in_progress")
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE cases SET opening_date = :o, closing_date = :c WHERE id = :id"),
                {"o": opened, "c": closed, "id": case_id},
            )
    weeks = figures(cast, cast.maria).weeks
    assert [week.start for week in weeks] == [first + timedelta(weeks=n) for n in range(WEEKS)]
    assert {
        week.start: (week.opened, week.ended) for week in weeks if week.opened + week.ended
    } == {
        first: (1, 0),
        last_week: (0, 1),
    }


def test_visits_say_what_became_of_them_by_person(cast: Cast, owner: Engine) -> None:
    case_id = plant_case(owner, cast.amina)
    day = today() - timedelta(days=7)
    for number, status in enumerate(("attended", "did_not_attend", "cancelled", "scheduled")):
        visit(owner, cast.amina, case_id, day - timedelta(days=number), status)
    visit(owner, cast.ben, case_id, day, "did_not_attend")
    visit(owner, cast.ben, case_id, today(), "scheduled")  # still to come
    assert {one.name: one for one in figures(cast, cast.maria).visits} == {
        "Amina Khan": Visits("Amina Khan", attended=1, missed=1, cancelled=1, unsaid=1),
        "Ben Ellis": Visits("Ben Ellis", missed=1),
    }


def test_waits_stand_in_bands(cast: Cast, office: None) -> None:
    found = figures(cast, cast.maria)
    assert (found.waiting, found.longest_wait) == ((2, 1, 0, 1), 40)


def test_shows_another_centre_its_own_alone(cast: Cast, office: None) -> None:
    found = figures(cast, cast.bea)
    assert found.stages == {Stage.ADVICE: Load(undated=1)}
    assert {one.name for one in found.people} == {"Colin Hart", "Bea Lowe"}
    assert sum(found.waiting) == 1


@pytest.mark.parametrize("role", ["admin", "advisor", "trainee"])
def test_refuses_the_other_roles(cast: Cast, role: str) -> None:
    with pytest.raises(Refused):
        figures(cast, cast.by_role(role))


def test_bars_compare_lines_and_say_the_same_in_words(cast: Cast, office: None) -> None:
    view = FiguresView.of(figures(cast, cast.maria))
    advice = next(row for row in view.stages if row.label == "Advice")
    waiting = next(row for row in view.stages if row.label == "Waiting")
    assert advice.figures == ["2", "1", "0", "3"]
    assert advice.said == "Advice: 2 action to come, 1 overdue"
    assert advice.path == "/board?view=list&stage=advice"
    assert sum(float(part.width) for part in advice.parts) == pytest.approx(1000, abs=0.1)
    assert sum(float(part.width) for part in waiting.parts) == pytest.approx(333.3, abs=0.1)


def test_bands_are_named_by_their_days() -> None:
    assert band_words((7, 28, 56)) == ["Up to 7 days", "8 to 28", "29 to 56", "Over 56"]
