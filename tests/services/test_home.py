"""The first page: what each role is told to do next."""

from datetime import timedelta

from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.services import home, users
from cma_app.services.home import MyDay
from cma_app.services.users import PersonForm
from tests.people import Cast
from tests.plant import plant_action, plant_case


def day_of(cast: Cast, actor: Actor) -> MyDay:
    with cast.open(actor) as session:
        return home.my_day(session)


class TestAdvisor:
    def test_sees_own_work_emergencies_first(self, cast: Cast, owner: Engine) -> None:
        day = today()
        case_id = plant_case(owner, cast.amina)
        plant_action(owner, cast.amina, case_id, "Today", day)
        plant_action(owner, cast.amina, case_id, "Late", day - timedelta(days=4))
        plant_action(owner, cast.amina, case_id, "Court", day, kind="emergency")
        plant_action(owner, cast.amina, case_id, "Tomorrow", day + timedelta(days=1))
        plant_action(owner, cast.ben, case_id, "Ben's", day)
        seen = day_of(cast, cast.amina).actions
        assert [task.what for task in seen.rows] == ["Court", "Late", "Today"]
        assert seen.total == 3

    def test_sees_reviews_of_the_week_and_new_cases(self, cast: Cast, owner: Engine) -> None:
        day = today()
        due = plant_case(owner, cast.amina, review=day + timedelta(days=7))
        plant_case(owner, cast.amina, review=day + timedelta(days=8))
        plant_case(owner, cast.ben, review=day)
        new = plant_case(owner, cast.amina, stage="waiting", status="open")
        seen = day_of(cast, cast.amina)
        assert [task.case_id for task in seen.reviews.rows] == [due]
        assert [task.case_id for task in seen.new_cases.rows] == [new]
        assert seen.centre is None
        assert seen.system is None

    def test_sees_ten_and_counts_all(self, cast: Cast, owner: Engine) -> None:
        case_id = plant_case(owner, cast.amina)
        for number in range(12):
            plant_action(owner, cast.amina, case_id, f"Step {number}", today())
        seen = day_of(cast, cast.amina).actions
        assert (len(seen.rows), seen.total) == (10, 12)

    def test_has_nothing_of_closed_cases(self, cast: Cast, owner: Engine) -> None:
        closed = plant_case(owner, cast.amina, status="closed", review=today(), emergency="x")
        plant_action(owner, cast.amina, closed, "Too late", today())
        seen = day_of(cast, cast.amina)
        assert seen.actions.total == seen.reviews.total == seen.emergencies.total == 0


class TestTrainee:
    def test_sees_assigned_cases_alone(self, cast: Cast, owner: Engine) -> None:
        mine, other = plant_case(owner, cast.tess), plant_case(owner, cast.amina)
        plant_action(owner, cast.tess, mine, "Mine", today())
        plant_action(owner, cast.tess, other, "Not mine", today())
        seen = day_of(cast, cast.tess)
        assert [task.what for task in seen.actions.rows] == ["Mine"]
        assert seen.referrals is None


class TestManager:
    def test_sees_what_the_centre_owes_and_who_waits(self, cast: Cast, owner: Engine) -> None:
        day = today()
        late = plant_case(owner, cast.amina, review=day - timedelta(days=1), emergency="Eviction")
        plant_action(owner, cast.amina, late, "Late", day - timedelta(days=1))
        plant_case(owner, cast.ben)
        plant_case(owner, cast.colin, emergency="Theirs")
        _refer(owner, cast.maria, "Waits", days=5)
        _refer(owner, cast.maria, "Urgent", days=1, emergency="yes")
        _refer(owner, cast.colin, "Theirs", days=9)
        seen = day_of(cast, cast.maria)
        assert seen.centre is not None
        assert seen.referrals is not None
        assert (seen.centre.overdue_reviews, seen.centre.undated) == (1, 1)
        assert seen.centre.overdue_actions == 1
        assert [task.case_id for task in seen.emergencies.rows] == [late]
        assert [(row.name, row.days) for row in seen.referrals.rows] == [
            ("Pat Urgent", 1),
            ("Pat Waits", 5),
        ]

    def test_sees_nothing_of_another_centre(self, cast: Cast, owner: Engine) -> None:
        plant_case(owner, cast.amina, review=today(), emergency="x")
        _refer(owner, cast.maria, "Waits", days=5)
        seen = day_of(cast, cast.bea)
        assert seen.centre is not None
        assert seen.referrals is not None
        assert (seen.centre.undated, seen.emergencies.total, seen.referrals.total) == (0, 0, 0)


class TestAdmin:
    def test_sees_numbers_and_no_client(self, cast: Cast, owner: Engine) -> None:
        plant_case(owner, cast.amina, review=today(), emergency="x")
        before = day_of(cast, cast.root)
        with cast.open(cast.maria) as session:
            form = {"first_name": "N", "last_name": "W", "username": f"nw{cast.maria.user_id}"}
            form |= {"email": f"{form['username']}@example.org", "role": "advisor"}
            users.add(session, PersonForm.read(form))
        after = day_of(cast, cast.root)
        assert before.system is not None
        assert after.system is not None
        assert after.system.people == before.system.people + 1
        assert after.system.unused_passwords == before.system.unused_passwords + 1
        assert after.emergencies.total == 0


def _refer(owner: Engine, by: Actor, last: str, *, days: int, emergency: str = "no") -> None:
    with owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO referrals (centre_id, received_date, first_name, last_name,"
                " emergency) VALUES (:centre, :day, 'Pat', :last, :emergency)"
            ),
            {
                "centre": by.centre_id,
                "day": today() - timedelta(days=days),
                "last": last,
                "emergency": emergency,
            },
        )
