"""Cover: who sets it, what it shows and for how long, and that it gives no right."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import LONDON, at, now, today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services import caseload, supervision
from cma_app.services.availability import read_availability
from cma_app.services.case_facts import open_facts
from cma_app.services.case_list import CaseFilter, list_cases
from cma_app.services.covers import (
    add_covered_leave,
    covered_people,
    list_covers,
    remove_cover,
    set_cover,
)
from cma_app.services.home import my_day
from tests.people import Cast
from tests.plant import plant_action, plant_case
from tests.services.money import audited


@pytest.fixture(autouse=True)
def midday() -> Iterator[None]:
    """Make it noon of today, so that no test runs into tomorrow."""
    with at(datetime.combine(today(), time(12), LONDON)):
        yield


def days(first: int = 0, last: int = 0, **over: object) -> dict[str, str]:
    """Return a form's days, counted from today."""
    said = {
        "first_day": (today() + timedelta(days=first)).isoformat(),
        "last_day": (today() + timedelta(days=last)).isoformat(),
        "note": "",
    }
    return said | {name: str(value) for name, value in over.items()}


def cover(cast: Cast, who: Actor, absent: Actor, by: Actor, first: int = 0, last: int = 3) -> int:
    """Set a cover in somebody's name and return its id."""
    with cast.open(who) as session:
        return set_cover(session, absent.user_id, days(first, last, cover_id=by.user_id)).id


def mine(cast: Cast, who: Actor) -> dict[int, str]:
    """Return what stands under My cases, with whom each is covered for."""
    with cast.open(who) as session:
        found = list_cases(session, CaseFilter(advisor_id=who.user_id))
        assert found.page.total == found.counts.mine == len(found.page.rows)
        return {row.id: row.covering for row in found.page.rows}


class TestSet:
    def test_by_the_absent_person_and_by_a_manager_for_anybody(self, cast: Cast) -> None:
        cover(cast, cast.amina, cast.amina, cast.ben)
        cover(cast, cast.maria, cast.ben, cast.amina)
        cover(cast, cast.maria, cast.tess, cast.ben)
        with cast.open(cast.ben) as session:
            found = list_covers(session, cast.ben.user_id)
            assert [(row.absent, row.cover) for row in found.away] == [("Ben Ellis", "Amina Khan")]
            assert {row.absent for row in found.covering} == {"Amina Khan", "Tess Moore"}
            assert found.may_set
            assert not list_covers(session, cast.amina.user_id).may_set
            assert audited(session, "availability:record", "covers")

    def test_refuses_a_colleague_a_trainee_and_an_admin(self, cast: Cast) -> None:
        for who, absent in ((cast.ben, cast.amina), (cast.tess, cast.tess), (cast.root, cast.ben)):
            with pytest.raises(Refused):
                cover(cast, who, absent, cast.maria)

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        for act in (set_cover, add_covered_leave):
            with pytest.raises(NotFound), cast.open(cast.bea) as session:
                act(session, cast.amina.user_id, days(cover_id=cast.bea.user_id))
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            list_covers(session, cast.amina.user_id)
        row = cover(cast, cast.amina, cast.amina, cast.ben)
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            remove_cover(session, row)
        with pytest.raises(Refused), cast.open(cast.ben) as session:
            remove_cover(session, row)

    def test_says_beside_each_field_what_is_wrong(self, cast: Cast) -> None:
        cover(cast, cast.amina, cast.amina, cast.ben, first=1, last=4)
        for said, field, words in (
            (days(cover_id=""), "cover_id", "Choose who covers."),
            (days(cover_id=cast.tess.user_id), "cover_id", "an advisor or a manager"),
            (days(cover_id=cast.colin.user_id), "cover_id", "an advisor or a manager"),
            (days(cover_id=cast.amina.user_id), "cover_id", "nobody covers themselves"),
            (days(9, 8, cover_id=cast.ben.user_id), "last_day", "before the first"),
            (days(-3, -2, cover_id=cast.ben.user_id), "first_day", "These days are over"),
            (days(0, 900, cover_id=cast.ben.user_id), "last_day", "next two years"),
            (days(4, 9, cover_id=cast.maria.user_id), "first_day", "Cover from"),
            (days(9, 9, cover_id=cast.ben.user_id, note="x" * 201), "note", "at most 200"),
        ):
            with pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
                set_cover(session, cast.amina.user_id, said)
            assert words in refused.value.fields[field]


class TestLeave:
    def test_is_recorded_with_who_covers_or_not_at_all(self, cast: Cast) -> None:
        cover(cast, cast.amina, cast.amina, cast.ben, first=4, last=4)
        with pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            add_covered_leave(session, cast.amina.user_id, days(3, 5, cover_id=cast.ben.user_id))
        assert "Cover from" in refused.value.fields["cover_id"]
        with cast.open(cast.amina) as session:
            assert read_availability(session, cast.amina.user_id).leave == []
            leave, _, alone = add_covered_leave(session, cast.amina.user_id, days(9, 9))
            _, _, covered = add_covered_leave(
                session, cast.amina.user_id, days(11, 12, cover_id=cast.ben.user_id)
            )
            assert alone is None
            assert covered is not None
            assert (covered.cover, covered.is_today) == ("Ben Ellis", False)
            assert list_covers(session, cast.amina.user_id).uncovered == [leave.id]


class TestWhileItRuns:
    def test_the_covers_own_lists_have_the_absent_persons_cases(
        self, cast: Cast, owner: Engine
    ) -> None:
        theirs, own = plant_case(owner, cast.amina), plant_case(owner, cast.ben)
        hidden = plant_case(owner, cast.amina, restricted=True)
        row = cover(cast, cast.amina, cast.amina, cast.ben)
        plant_action(owner, cast.amina, theirs, "Ring the court", today())
        assert mine(cast, cast.ben) == {theirs: "Amina Khan", own: ""}
        with cast.open(cast.ben) as session:
            assert [(each.name, each.id) for each in covered_people(session)] == [
                ("Amina Khan", cast.amina.user_id)
            ]
            assert [task.what for task in my_day(session).actions.rows] == ["Ring the court"]
            assert open_facts(session, theirs, first=True).covers_it
            with pytest.raises(NotFound):
                open_facts(session, hidden, first=True)
        with cast.open(cast.maria) as session:
            facts = open_facts(session, theirs, first=True)
            assert not facts.covers_it
            assert facts.cover is not None
            assert facts.cover.name == "Ben Ellis"
            cards = {card.id: card.cover for card in caseload.board(session).cards}
            assert cards == {theirs: "Ben Ellis", own: ""}
        with cast.open(cast.amina) as session:
            remove_cover(session, row)
        assert mine(cast, cast.ben) == {own: ""}

    def test_ends_with_its_last_day_and_begins_with_its_first(
        self, cast: Cast, owner: Engine
    ) -> None:
        case = plant_case(owner, cast.amina)
        cover(cast, cast.amina, cast.amina, cast.ben, first=2, last=3)
        seen, noon = [], now()
        for ahead in (1, 2, 3, 4):
            with at(noon + timedelta(days=ahead)):
                seen.append(list(mine(cast, cast.ben)))
        assert seen == [[], [case], [case], []]

    def test_gives_no_right_and_ends_with_the_covers_own_place(
        self, cast: Cast, owner: Engine
    ) -> None:
        case = plant_case(owner, cast.amina)
        cover(cast, cast.maria, cast.amina, cast.ben)
        with owner.begin() as connection:
            change = text("UPDATE users SET role = 'trainee' WHERE id = :id")
            connection.execute(change, {"id": cast.ben.user_id})
        novice = Actor(cast.ben.user_id, cast.ben.centre_id, "trainee", "Ben", "", "")
        assert mine(cast, novice) == {}
        with cast.open(cast.maria) as session:
            assert open_facts(session, case, first=True).cover is None


class TestSupervision:
    @pytest.fixture
    def amina_away(self, cast: Cast) -> date:
        """Let Maria cover for Amina, who supervises Tess, from today on; return the last day."""
        cover(cast, cast.amina, cast.amina, cast.maria)
        return today() + timedelta(days=3)

    def supervises(self, cast: Cast, *people: Actor) -> list[bool]:
        answers = []
        for person in people:
            with cast.open(person) as session:
                answer = supervision.supervises(session, cast.tess.user_id)
                listed = [each.id for each in supervision.trainees_of(session)]
                assert listed == ([cast.tess.user_id] if answer else [])
                answers.append(answer)
        return answers

    def test_is_the_supervisors_the_stand_ins_and_the_covers(
        self, cast: Cast, owner: Engine, amina_away: date
    ) -> None:
        crew = (cast.amina, cast.ben, cast.maria, cast.root, cast.tess)
        assert self.supervises(cast, *crew) == [True, False, True, False, False]
        stand_in(owner, cast.tess, cast.ben)
        assert self.supervises(cast, *crew) == [True, True, True, False, False]
        with at(now() + timedelta(days=4)):
            assert self.supervises(cast, *crew) == [True, True, False, False, False]
        with cast.open(cast.maria) as session:
            assert [each.for_whom for each in supervision.trainees_of(session)] == ["Amina Khan"]
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            supervision.supervises(session, cast.tess.user_id)

    def test_a_trainee_is_told_who_it_is_today(
        self, cast: Cast, owner: Engine, amina_away: date
    ) -> None:
        stand_in(owner, cast.tess, cast.ben)
        with cast.open(cast.tess) as session:
            found = supervision.supervisors_of(session, cast.tess.user_id)
        assert [(each.name, each.is_stand_in) for each in found] == [
            ("Amina Khan", False),
            ("Ben Ellis", True),
        ]
        assert found[0].cover is not None
        assert (found[0].cover.name, found[0].cover.until) == ("Maria Silva", amina_away)

    def test_a_call_for_help_reaches_who_is_there(self, cast: Cast, owner: Engine) -> None:
        """The supervisor; the stand-in while the supervisor is away; whoever covers them."""
        stand_in(owner, cast.tess, cast.ben)
        asked = []
        for step in ("supervisor", "away", "covered"):
            case = plant_case(owner, cast.tess)
            if step == "away":
                with cast.open(cast.amina) as session:
                    add_covered_leave(session, cast.amina.user_id, days(0, 2))
            elif step == "covered":
                cover(cast, cast.maria, cast.amina, cast.maria)
            with cast.open(cast.tess) as session:
                supervision.ask_supervisor(session, case)
                with pytest.raises(Conflict, match="asked already"):
                    supervision.ask_supervisor(session, case)
            asked.append(owner_of_action(owner, case))
        assert asked == [cast.amina.user_id, cast.ben.user_id, cast.maria.user_id]

    def test_nobody_asks_in_a_case_that_is_not_theirs_or_without_a_supervisor(
        self, cast: Cast, owner: Engine
    ) -> None:
        case = plant_case(owner, cast.amina)
        for who, error in ((cast.tess, NotFound), (cast.colin, NotFound), (cast.amina, Conflict)):
            with pytest.raises(error), cast.open(who) as session:
                supervision.ask_supervisor(session, case)


def stand_in(owner: Engine, trainee: Actor, by: Actor) -> None:
    with owner.begin() as connection:
        change = text("UPDATE users SET stand_in_id = :by WHERE id = :id")
        connection.execute(change, {"by": by.user_id, "id": trainee.user_id})


def owner_of_action(owner: Engine, case_id: int) -> int:
    with owner.connect() as connection:
        asked = "SELECT owner_id FROM next_actions WHERE case_id = :id AND due_date = :day"
        return connection.execute(text(asked), {"id": case_id, "day": today()}).scalar_one()


def test_who_covered_last_or_supervises_is_suggested(cast: Cast) -> None:
    with cast.open(cast.maria) as session:
        assert list_covers(session, cast.amina.user_id).suggested == ""
        assert list_covers(session, cast.tess.user_id).suggested == (
            "Amina Khan, who supervises them as well"
        )
    cover(cast, cast.amina, cast.amina, cast.ben)
    with cast.open(cast.maria) as session:
        assert list_covers(session, cast.amina.user_id).suggested == "Ben Ellis, who covered last"
