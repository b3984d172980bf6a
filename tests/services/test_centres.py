"""Centres: an admin's work, and the wall that keeps clients out of it."""

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Origin
from cma_app.errors import Conflict, Invalid, NotFound, Refused, SignedOut
from cma_app.services import centres, users
from cma_app.services.centres import CentreForm
from cma_app.services.sign_in import sign_in
from cma_app.session import hash_token, resume
from models import CASEWORK
from tests.people import PASSWORD, Cast
from tests.plant import plant_case

HERE = Origin("127.0.0.1", "a test")


def centre(code: str, **over: str) -> CentreForm:
    return CentreForm.read({"name": "Harbour", "code": code, "nation": "wales", **over})


def code_of(cast: Cast) -> str:
    return f"H{cast.root.centre_id}"


class TestAdd:
    def test_adds_an_open_centre_with_a_capital_code(self, cast: Cast, owner: Engine) -> None:
        with cast.open(cast.root) as session:
            added = centres.add(session, centre(code_of(cast).lower()))
        assert (added.code, added.status, added.nation) == (code_of(cast), "active", "wales")
        with owner.begin() as connection:
            audited = connection.execute(
                text("SELECT user_id, action FROM audit_logs WHERE centre_id = :id"),
                {"id": added.id},
            ).all()
        assert audited == [(cast.root.user_id, "centre:add")]

    @pytest.mark.parametrize("code", ["a", "far too long", "A-B", ""])
    def test_refuses_a_code_that_cannot_begin_a_reference(self, code: str) -> None:
        with pytest.raises(Invalid) as invalid:
            centre(code)
        assert list(invalid.value.fields) == ["code"]

    def test_refuses_a_taken_code_beside_the_field(self, cast: Cast) -> None:
        with pytest.raises(Invalid) as invalid, cast.open(cast.root) as session:
            centres.add(session, centre(cast.bea.centre_code))
        assert list(invalid.value.fields) == ["code"]

    @pytest.mark.parametrize("role", ["manager", "advisor", "trainee"])
    def test_refuses_everybody_else(self, cast: Cast, role: str) -> None:
        with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
            centres.add(session, centre(code_of(cast)))


class TestListCentres:
    def test_counts_people_of_each(self, cast: Cast) -> None:
        with cast.open(cast.root) as session:
            number = 1
            found = {}
            while True:
                page = centres.list_centres(session, number=number)
                found |= {row.id: row for row in page.rows}
                if number >= page.pages:
                    break
                number += 1
        assert found[cast.root.centre_id].people == 5
        assert found[cast.bea.centre_id].people == 2

    @pytest.mark.parametrize("role", ["manager", "advisor", "trainee"])
    def test_refuses_everybody_else(self, cast: Cast, role: str) -> None:
        with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
            centres.list_centres(session)

    def test_tells_a_manager_nothing_through_the_counting_function(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            assert session.execute(text("SELECT * FROM cma_people_by_centre()")).all() == []


class TestTotals:
    def test_counts_unused_one_time_passwords(self, cast: Cast) -> None:
        with cast.open(cast.root) as session:
            before = centres.totals(session)
            users.reset_password(session, cast.colin.user_id, centre_id=cast.colin.centre_id)
            session.flush()
            after = centres.totals(session)
        assert after.unused_passwords == before.unused_passwords + 1
        assert after.people == before.people


class TestEdit:
    def test_changes_details_and_never_the_code(self, cast: Cast, owner: Engine) -> None:
        with cast.open(cast.root) as session:
            seen = centres.read_centre(session, cast.bea.centre_id)
            typed = {"name": "Brook Lane", "nation": "wales", "postcode": "sa1 1aa", "code": "X9"}
            centres.edit(session, seen.id, typed, version=seen.version)
        with cast.open(cast.root) as session:
            answers = centres.read_centre(session, cast.bea.centre_id).answers
        assert (answers["name"], answers["nation"], answers["postcode"], answers["code"]) == (
            "Brook Lane",
            "wales",
            "SA1 1AA",
            cast.bea.centre_code,
        )
        with owner.begin() as connection:
            audited = connection.execute(
                text(
                    "SELECT user_id, new_values ->> 'name' FROM audit_logs"
                    " WHERE table_name = 'centres' AND action = 'centre:edit' AND record_id = :id"
                ),
                {"id": cast.bea.centre_id},
            ).all()
        assert audited == [(cast.root.user_id, "Brook Lane")]

    def test_keeps_what_the_centre_decides_for_itself(self, cast: Cast) -> None:
        typed = {
            "name": "Brook",
            "nation": "wales",
            "website": "brook.example",
            "small_print": "Charity 1234567",
            "membership_code": "SFS-77",
            "verify_statements": "on",
        }
        where = cast.bea.centre_id
        with cast.open(cast.root) as session:
            version = centres.read_centre(session, where).version
            centres.edit(session, where, typed, version=version)
            seen = centres.read_centre(session, where)
        assert typed.items() <= seen.answers.items()
        left = {name: typed[name] for name in ("name", "nation", "website")}
        with pytest.raises(Conflict) as conflict, cast.open(cast.root) as session:
            centres.edit(session, where, left, version=version)
        assert conflict.value.theirs == {
            "version": str(seen.version),
            "small_print": "Charity 1234567",
            "membership_code": "SFS-77",
            "verify_statements": "ticked",
        }
        with cast.open(cast.root) as session:
            centres.edit(session, where, left, version=seen.version)
            answers = centres.read_centre(session, where).answers
        assert answers["website"] == "brook.example"
        assert not answers["small_print"] + answers["membership_code"]
        assert answers["verify_statements"] == ""

    def test_of_two_at_once_shows_the_second_what_the_first_stored(self, cast: Cast) -> None:
        first = {"name": "Brook", "nation": "england", "city": "Swansea"}
        with cast.open(cast.root) as session:
            version = centres.read_centre(session, cast.bea.centre_id).version
            centres.edit(session, cast.bea.centre_id, first, version=version)
        mine = {"name": "Brook", "nation": "england", "city": "Cardiff"}
        with pytest.raises(Conflict) as conflict, cast.open(cast.root) as session:
            centres.edit(session, cast.bea.centre_id, mine, version=version)
        assert conflict.value.theirs == {"version": str(version + 1), "city": "Swansea"}
        with cast.open(cast.root) as session:
            centres.edit(session, cast.bea.centre_id, mine, version=version + 1)

    def test_says_what_is_wrong_beside_the_box(self, cast: Cast) -> None:
        with pytest.raises(Invalid) as invalid, cast.open(cast.root) as session:
            centres.edit(session, cast.bea.centre_id, {"name": "", "nation": "wales"}, version=1)
        assert list(invalid.value.fields) == ["name"]

    def test_is_not_found_where_there_is_no_such_centre(self, cast: Cast) -> None:
        for verb in (centres.read_centre, lambda s, id_: centres.edit(s, id_, {}, version=1)):
            with pytest.raises(NotFound), cast.open(cast.root) as session:
                verb(session, 10**9)

    @pytest.mark.parametrize("role", ["manager", "advisor", "trainee"])
    def test_refuses_everybody_else(self, cast: Cast, role: str) -> None:
        own = cast.by_role(role).centre_id
        with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
            centres.read_centre(session, own)
        with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
            centres.edit(session, own, {"name": "Mine", "nation": "wales"}, version=1)


class TestClose:
    def test_signs_its_people_out_and_reopening_lets_them_in(self, cast: Cast) -> None:
        token = hash_token(sign_in(cast.usernames["colin"], PASSWORD, HERE).token)
        with cast.open(cast.root) as session:
            centres.close(session, cast.bea.centre_id)
        with pytest.raises(SignedOut):
            resume(token, HERE)
        with pytest.raises(Refused):
            sign_in(cast.usernames["colin"], PASSWORD, HERE)
        with cast.open(cast.root) as session:
            centres.reopen(session, cast.bea.centre_id)
        assert sign_in(cast.usernames["colin"], PASSWORD, HERE).actor.name == "Colin Hart"

    def test_says_before_whom_and_how_much_it_touches(self, cast: Cast, owner: Engine) -> None:
        plant_case(owner, cast.colin)
        plant_case(owner, cast.colin, restricted=True)
        plant_case(owner, cast.colin, status="closed")
        with cast.open(cast.root) as session:
            means = centres.what_closing_means(session, cast.bea.centre_id)
        assert (means.name, means.people, means.open_cases) == ("Brook", 2, 2)
        for role in ("manager", "advisor", "trainee"):
            with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
                centres.what_closing_means(session, cast.bea.centre_id)

    def test_refuses_the_own_centre(self, cast: Cast) -> None:
        with pytest.raises(Conflict, match="own centre"), cast.open(cast.root) as session:
            centres.close(session, cast.root.centre_id)

    def test_refuses_a_manager(self, cast: Cast) -> None:
        with pytest.raises(Refused), cast.open(cast.bea) as session:
            centres.close(session, cast.bea.centre_id)


class TestChooseManager:
    def test_takes_a_manager_of_that_centre_only(self, cast: Cast) -> None:
        with cast.open(cast.root) as session:
            chosen = centres.choose_manager(session, cast.bea.centre_id, user_id=cast.bea.user_id)
            assert chosen.manager_id == cast.bea.user_id
        with cast.open(cast.root) as session:
            assert centres.choices_of_manager(session, cast.bea.centre_id) == [
                (cast.bea.user_id, "Bea Lowe")
            ]
        with pytest.raises(Invalid), cast.open(cast.root) as session:
            centres.choose_manager(session, cast.bea.centre_id, user_id=cast.colin.user_id)
        with pytest.raises(NotFound), cast.open(cast.root) as session:
            centres.choose_manager(session, cast.bea.centre_id, user_id=cast.maria.user_id)


class TestAdminSeesNoClient:
    def test_in_no_centre_and_in_no_table(self, cast: Cast, owner: Engine) -> None:
        plant_case(owner, cast.amina)
        plant_case(owner, cast.colin)
        with cast.open(cast.root) as session:
            for centre_id in (cast.root.centre_id, cast.bea.centre_id):
                with session.in_centre(centre_id):
                    for table in sorted(CASEWORK):
                        seen = session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
                        assert seen == 0, table

    def test_leaves_the_session_where_it_was(self, cast: Cast) -> None:
        with cast.open(cast.root) as session:
            with session.in_centre(cast.bea.centre_id):
                assert session.actor.centre_code == cast.bea.centre_code
            scope = session.execute(
                text("SELECT current_setting('app.centre_id')::bigint")
            ).scalar_one()
            assert scope == session.actor.centre_id == cast.root.centre_id

    def test_shows_nothing_after_it_went_wrong(self, cast: Cast) -> None:
        with cast.open(cast.root) as session:
            with pytest.raises(NotFound), session.in_centre(cast.bea.centre_id):
                raise NotFound
            assert session.execute(text("SELECT count(*) FROM users")).scalar_one() == 0
