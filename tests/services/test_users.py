"""People of a centre: who may add whom, one-time passwords, leaving."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, Row, text

from cma_app.access.actor import Actor, Origin
from cma_app.errors import Conflict, Invalid, NotFound, Refused, SignedOut
from cma_app.services import people_list, users
from cma_app.services.person_forms import PersonEdit, PersonForm
from cma_app.services.sign_in import sign_in
from cma_app.services.users import Issued
from cma_app.session import hash_token, resume
from tests.people import PASSWORD, Cast
from tests.plant import plant_case

HERE = Origin("127.0.0.1", "a test")


def person(username: str, **over: object) -> PersonForm:
    return PersonForm.read(
        {
            "first_name": "Nell",
            "last_name": "Ward",
            "username": username,
            "email": f"{username}@example.org",
            "role": "advisor",
            **over,
        }
    )


def added(cast: Cast, actor: Actor, form: PersonForm, centre_id: int | None = None) -> Issued:
    with cast.open(actor) as session:
        return users.add(session, form, centre_id=centre_id)


def nell(cast: Cast) -> str:
    return f"nell{cast.maria.user_id}"


class TestAdd:
    def test_gives_a_one_time_password_that_signs_in_and_must_be_changed(self, cast: Cast) -> None:
        issued = added(cast, cast.maria, person(nell(cast)))
        actor = sign_in(nell(cast), issued.password, HERE).actor
        assert (actor.name, actor.centre_id) == ("Nell Ward", cast.maria.centre_id)
        assert actor.must_change_password

    def test_keeps_no_trace_of_the_password(self, cast: Cast, owner: Engine) -> None:
        issued = added(cast, cast.maria, person(nell(cast)))
        with owner.begin() as connection:
            kept = connection.execute(
                text("SELECT u::text FROM users u UNION ALL SELECT a::text FROM audit_logs a")
            ).scalars()
            assert not any(issued.password in row for row in kept)

    def test_stops_working_after_72_hours(self, cast: Cast, owner: Engine) -> None:
        with time_machine.travel(timedelta(hours=-73), tick=True):
            issued = added(cast, cast.maria, person(nell(cast)))
        with pytest.raises(Refused):
            sign_in(nell(cast), issued.password, HERE)

    def test_says_taken_without_saying_where(self, cast: Cast) -> None:
        said = []
        for actor in (cast.maria, cast.bea):
            with pytest.raises(Invalid) as invalid:
                added(cast, actor, person(cast.usernames["colin"], email="other@example.org"))
            said.append(invalid.value.fields)
        assert said[0] == said[1] == {"username": "This username cannot be used. Choose another."}

    def test_goes_on_in_the_same_session_after_a_taken_email(self, cast: Cast) -> None:
        taken = f"{cast.usernames['colin']}@example.org"
        with cast.open(cast.maria) as session:
            with pytest.raises(Invalid, match="e-mail"):
                users.add(session, person(nell(cast), email=taken))
            users.add(session, person(nell(cast)))

    def test_refuses_a_manager_adding_an_admin(self, cast: Cast) -> None:
        with pytest.raises(Invalid, match="Only an admin"):
            added(cast, cast.maria, person(nell(cast), role="admin"))

    @pytest.mark.parametrize("role", ["advisor", "trainee"])
    def test_refuses_the_other_roles(self, cast: Cast, role: str) -> None:
        with pytest.raises(Refused):
            added(cast, cast.by_role(role), person(nell(cast)))

    def test_of_a_trainee_needs_a_supervisor_of_the_centre(self, cast: Cast) -> None:
        for wrong in ("", str(cast.colin.user_id), str(cast.tess.user_id)):
            with pytest.raises(Invalid) as invalid:
                added(cast, cast.maria, person(nell(cast), role="trainee", supervisor_id=wrong))
            assert list(invalid.value.fields) == ["supervisor_id"]
        form = person(nell(cast), role="trainee", supervisor_id=str(cast.ben.user_id))
        assert added(cast, cast.maria, form).username == nell(cast)

    def test_of_a_trainee_may_name_a_stand_in_who_is_another_person(self, cast: Cast) -> None:
        form = {"role": "trainee", "supervisor_id": str(cast.ben.user_id)}
        for wrong in (cast.ben, cast.colin, cast.tess):
            with pytest.raises(Invalid) as invalid:
                added(cast, cast.maria, person(nell(cast), **form, stand_in_id=str(wrong.user_id)))
            assert list(invalid.value.fields) == ["stand_in_id"]
        stand_in = str(cast.amina.user_id)
        new = added(cast, cast.maria, person(nell(cast), **form, stand_in_id=stand_in))
        with cast.open(cast.maria) as session:
            assert users.read_person(session, new.user_id).stand_in_id == cast.amina.user_id
            page = people_list.list_people(session, prefix=nell(cast))
            assert [(row.supervisor, row.stand_in) for row in page.rows] == [
                ("Ben Ellis", "Amina Khan")
            ]
        with (
            pytest.raises(Conflict, match="Ben Ellis supervises"),
            cast.open(cast.maria) as session,
        ):
            users.deactivate(session, cast.ben.user_id)
        with cast.open(cast.maria) as session:
            users.deactivate(session, cast.tess.user_id)
        with (
            pytest.raises(Conflict, match="Amina Khan stands in as supervisor of"),
            cast.open(cast.maria) as session,
        ):
            users.deactivate(session, cast.amina.user_id)

    def test_by_an_admin_in_another_centre_is_audited_there(
        self, cast: Cast, owner: Engine
    ) -> None:
        issued = added(cast, cast.root, person(nell(cast), role="manager"), cast.bea.centre_id)
        with owner.begin() as connection:
            row = connection.execute(
                text(
                    "SELECT centre_id, user_id, action FROM audit_logs"
                    " WHERE table_name = 'users' AND record_id = :id"
                ),
                {"id": issued.user_id},
            ).one()
        assert tuple(row) == (cast.bea.centre_id, cast.root.user_id, "user:add")

    def test_in_another_centre_is_not_found_for_a_manager(self, cast: Cast) -> None:
        with pytest.raises(NotFound):
            added(cast, cast.maria, person(nell(cast)), cast.bea.centre_id)

    @pytest.mark.parametrize("username", ["ab", "has space", "ünï", "a" * 51])
    def test_refuses_a_username_that_is_hard_to_type(self, cast: Cast, username: str) -> None:
        with pytest.raises(Invalid) as invalid:
            person(username, email="n@example.org")
        assert list(invalid.value.fields) == ["username"]

    def test_takes_a_username_in_any_case_as_lower(self) -> None:
        assert person(" Nell.Ward ", email="n@example.org").username == "nell.ward"


class TestListPeople:
    def test_shows_the_own_centre_only(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            page = people_list.list_people(session)
        assert {row.name for row in page.rows} == {
            "Amina Khan",
            "Ben Ellis",
            "Tess Moore",
            "Maria Silva",
            "Root Admin",
        }
        assert next(row for row in page.rows if row.name == "Tess Moore").supervisor == "Amina Khan"

    def test_shows_an_admin_another_centre(self, cast: Cast) -> None:
        with cast.open(cast.root) as session:
            page = people_list.list_people(session, centre_id=cast.bea.centre_id)
            own = people_list.list_people(session, prefix="ami")
        assert [row.name for row in page.rows] == ["Colin Hart", "Bea Lowe"]
        assert [row.name for row in own.rows] == ["Amina Khan"]

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            people_list.list_people(session, centre_id=cast.maria.centre_id)

    def test_finds_unused_one_time_passwords(self, cast: Cast) -> None:
        added(cast, cast.maria, person(nell(cast)))
        with cast.open(cast.maria) as session:
            assert [row.name for row in people_list.list_people(session, show="unused").rows] == [
                "Nell Ward"
            ]

    @pytest.mark.parametrize("role", ["advisor", "trainee"])
    def test_refuses_the_other_roles(self, cast: Cast, role: str) -> None:
        with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
            people_list.list_people(session)


def changed(**over: object) -> PersonEdit:
    """Return Ben's details as an edit sends them."""
    return PersonEdit.read(
        {
            "first_name": "Ben",
            "last_name": "Ellis",
            "email": "ben.ellis@example.org",
            "phone": "",
            "role": "advisor",
            **over,
        }
    )


def edited(cast: Cast, by: Actor, whom: Actor, form: PersonEdit, **over: int) -> None:
    """Edit a person who has just been read."""
    with cast.open(by) as session:
        version = users.read_person(session, whom.user_id, **over).version
        users.edit(session, whom.user_id, form, version=version, **over)


def stored(owner: Engine, whom: Actor) -> Row[Any]:
    with owner.begin() as connection:
        return connection.execute(
            text("SELECT * FROM users WHERE id = :id"), {"id": whom.user_id}
        ).one()


class TestEdit:
    def test_changes_details_and_the_audit_log_says_who(self, cast: Cast, owner: Engine) -> None:
        form = changed(last_name="Ellis-Ward", email=f"B.{cast.ben.user_id}@Example.org")
        edited(cast, cast.maria, cast.ben, form)
        row = stored(owner, cast.ben)
        assert (row.last_name, row.email) == ("Ellis-Ward", f"b.{cast.ben.user_id}@example.org")
        with owner.begin() as connection:
            audited = connection.execute(
                text(
                    "SELECT user_id, old_values ->> 'last_name', new_values ->> 'last_name'"
                    " FROM audit_logs WHERE action = 'user:edit' AND record_id = :id"
                ),
                {"id": cast.ben.user_id},
            ).all()
        assert audited == [(cast.maria.user_id, "Ellis", "Ellis-Ward")]

    def test_leaves_sign_ins_alone_where_the_role_stays(self, cast: Cast) -> None:
        token = hash_token(sign_in(cast.usernames["ben"], PASSWORD, HERE).token)
        edited(cast, cast.maria, cast.ben, changed(email=f"b{cast.ben.user_id}@example.org"))
        assert resume(token, HERE).user_id == cast.ben.user_id

    def test_of_the_role_ends_the_sign_ins(self, cast: Cast, owner: Engine) -> None:
        token = hash_token(sign_in(cast.usernames["ben"], PASSWORD, HERE).token)
        form = changed(
            email=f"b{cast.ben.user_id}@example.org",
            role="trainee",
            supervisor_id=str(cast.amina.user_id),
        )
        edited(cast, cast.maria, cast.ben, form)
        with pytest.raises(SignedOut):
            resume(token, HERE)
        row = stored(owner, cast.ben)
        assert (row.role, row.supervisor_id) == ("trainee", cast.amina.user_id)
        assert sign_in(cast.usernames["ben"], PASSWORD, HERE).actor.role == "trainee"

    def test_of_two_at_once_shows_the_second_what_the_first_stored(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            seen = users.read_person(session, cast.ben.user_id).version
        email = f"b{cast.ben.user_id}@example.org"
        edited(cast, cast.root, cast.ben, changed(email=email, phone="020 7946 0001"))
        mine = changed(email=email, first_name="Benjamin", phone="020 7946 0002")
        with pytest.raises(Conflict) as conflict, cast.open(cast.maria) as session:
            users.edit(session, cast.ben.user_id, mine, version=seen)
        theirs = dict(conflict.value.theirs)
        version = int(theirs.pop("version"))
        assert theirs == {"first_name": "Ben", "phone": "020 7946 0001"}
        with cast.open(cast.maria) as session:
            users.edit(session, cast.ben.user_id, mine, version=version)

    def test_refuses_ones_own_role_and_takes_ones_own_name(self, cast: Cast, owner: Engine) -> None:
        email = f"m{cast.maria.user_id}@example.org"
        with pytest.raises(Invalid, match="your own role"):
            edited(cast, cast.maria, cast.maria, changed(email=email, role="advisor"))
        edited(cast, cast.maria, cast.maria, changed(email=email, role="manager"))
        assert stored(owner, cast.maria).first_name == "Ben"

    def test_refuses_a_manager_making_or_changing_an_admin(self, cast: Cast) -> None:
        with pytest.raises(Invalid, match="Only an admin"):
            edited(cast, cast.maria, cast.ben, changed(role="admin"))
        with pytest.raises(Refused, match="Only an admin"), cast.open(cast.maria) as session:
            users.read_person(session, cast.root.user_id)
        with pytest.raises(Refused, match="Only an admin"), cast.open(cast.maria) as session:
            users.edit(session, cast.root.user_id, changed(role="admin"), version=1)

    def test_refuses_to_make_an_admin_of_who_holds_cases(self, cast: Cast, owner: Engine) -> None:
        plant_case(owner, cast.ben)
        with pytest.raises(Conflict, match="1 open case"):
            edited(cast, cast.root, cast.ben, changed(role="admin"))

    def test_refuses_to_make_a_trainee_of_who_supervises(self, cast: Cast) -> None:
        form = changed(role="trainee", supervisor_id=str(cast.ben.user_id))
        with pytest.raises(Conflict, match="Amina Khan supervises Tess Moore"):
            edited(cast, cast.maria, cast.amina, form)

    def test_refuses_to_take_the_role_of_the_centres_manager(
        self, cast: Cast, owner: Engine
    ) -> None:
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE centres SET manager_id = :id WHERE id = :centre"),
                {"id": cast.maria.user_id, "centre": cast.maria.centre_id},
            )
        with pytest.raises(Conflict, match="manager of the centre"):
            edited(cast, cast.root, cast.maria, changed(role="advisor"))

    def test_refuses_a_trainee_who_supervises_themself(self, cast: Cast) -> None:
        form = changed(role="trainee", supervisor_id=str(cast.ben.user_id))
        with pytest.raises(Invalid) as invalid:
            edited(cast, cast.maria, cast.ben, form)
        assert list(invalid.value.fields) == ["supervisor_id"]

    def test_refuses_a_taken_email_without_saying_whose(self, cast: Cast) -> None:
        taken = f"{cast.usernames['colin']}@example.org"
        with pytest.raises(Invalid) as invalid:
            edited(cast, cast.maria, cast.ben, changed(email=taken))
        assert list(invalid.value.fields) == ["email"]

    def test_by_an_admin_works_in_another_centre(self, cast: Cast, owner: Engine) -> None:
        form = changed(first_name="Colm", email=f"c{cast.colin.user_id}@example.org")
        edited(cast, cast.root, cast.colin, form, centre_id=cast.colin.centre_id)
        assert stored(owner, cast.colin).first_name == "Colm"

    @pytest.mark.parametrize("role", ["advisor", "trainee"])
    def test_refuses_the_other_roles(self, cast: Cast, role: str) -> None:
        with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
            users.edit(session, cast.ben.user_id, changed(), version=1)
        with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
            users.read_person(session, cast.ben.user_id)

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        for centre_id in (None, cast.ben.centre_id):
            with pytest.raises(NotFound), cast.open(cast.bea) as session:
                users.edit(session, cast.ben.user_id, changed(), version=1, centre_id=centre_id)
            with pytest.raises(NotFound), cast.open(cast.bea) as session:
                users.read_person(session, cast.ben.user_id, centre_id=centre_id)


class TestResetPassword:
    def test_ends_sign_ins_and_the_old_password(self, cast: Cast) -> None:
        token = hash_token(sign_in(cast.usernames["ben"], PASSWORD, HERE).token)
        with cast.open(cast.maria) as session:
            issued = users.reset_password(session, cast.ben.user_id)
        with pytest.raises(SignedOut):
            resume(token, HERE)
        with pytest.raises(Refused):
            sign_in(cast.usernames["ben"], PASSWORD, HERE)
        assert sign_in(cast.usernames["ben"], issued.password, HERE).actor.must_change_password

    def test_refuses_a_manager_for_an_admin(self, cast: Cast) -> None:
        with pytest.raises(Refused, match="Only an admin"), cast.open(cast.maria) as session:
            users.reset_password(session, cast.root.user_id)

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            users.reset_password(session, cast.ben.user_id)

    def test_refuses_oneself(self, cast: Cast) -> None:
        with pytest.raises(Refused, match="your own"), cast.open(cast.maria) as session:
            users.reset_password(session, cast.maria.user_id)


class TestDeactivate:
    def test_signs_the_person_out_at_once(self, cast: Cast) -> None:
        token = hash_token(sign_in(cast.usernames["ben"], PASSWORD, HERE).token)
        with cast.open(cast.maria) as session:
            users.deactivate(session, cast.ben.user_id)
        with pytest.raises(SignedOut):
            resume(token, HERE)
        with pytest.raises(Refused):
            sign_in(cast.usernames["ben"], PASSWORD, HERE)

    @pytest.mark.parametrize("by", ["maria", "root"])
    def test_refuses_while_cases_are_open_and_says_how_many(
        self, cast: Cast, owner: Engine, by: str
    ) -> None:
        plant_case(owner, cast.ben)
        plant_case(owner, cast.ben, restricted=True)
        plant_case(owner, cast.ben, status="closed")
        with (
            pytest.raises(Conflict, match="Ben Ellis still holds 2 open cases"),
            cast.open(getattr(cast, by)) as session,
        ):
            users.deactivate(session, cast.ben.user_id)

    def test_refuses_while_trainees_have_this_supervisor(self, cast: Cast) -> None:
        with (
            pytest.raises(Conflict, match="Amina Khan supervises Tess Moore"),
            cast.open(cast.maria) as session,
        ):
            users.deactivate(session, cast.amina.user_id)
        with cast.open(cast.maria) as session:
            users.deactivate(session, cast.tess.user_id)
        with cast.open(cast.maria) as session:
            users.deactivate(session, cast.amina.user_id)

    def test_refuses_oneself(self, cast: Cast) -> None:
        with pytest.raises(Refused, match="yourself"), cast.open(cast.maria) as session:
            users.deactivate(session, cast.maria.user_id)

    def test_refuses_an_advisor(self, cast: Cast) -> None:
        with pytest.raises(Refused), cast.open(cast.amina) as session:
            users.deactivate(session, cast.ben.user_id)

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            users.deactivate(session, cast.ben.user_id)


class TestReactivate:
    def test_gives_a_new_one_time_password(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            users.deactivate(session, cast.ben.user_id)
        with cast.open(cast.maria) as session:
            issued = users.reactivate(session, cast.ben.user_id)
        assert sign_in(cast.usernames["ben"], issued.password, HERE).actor.must_change_password

    def test_refuses_who_is_active(self, cast: Cast) -> None:
        with pytest.raises(Conflict), cast.open(cast.maria) as session:
            users.reactivate(session, cast.ben.user_id)
