"""Emergency access: a reason, a time and a second factor; read-only, told, written down, over."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, text

from cma_app.access.acts import READ_ONLY, ROLE_ACTS, VISITOR, Act
from cma_app.errors import Conflict, Invalid, NotFound, Refused, SignedOut
from cma_app.services import (
    access_mail,
    case_list,
    cases,
    centres,
    clients,
    notes,
    notifications,
    sign_in,
)
from cma_app.services.case_facts import open_facts
from cma_app.services.case_overview import read_overview
from cma_app.services.emergency_access import (
    AccessRow,
    ask_for_access,
    leave,
    list_access,
    open_access,
    revoke,
)
from cma_app.services.second_factors import prove_again
from cma_app.session import CentreSession, hash_token, open_session
from models import Case, Client
from tests.people import Cast
from tests.plant import plant_case
from tests.services.factors import DESK, Phone, enrol, forget_used, sign_in_by

WHY = "Nobody of Brook answers, and an eviction is at noon"


@dataclass
class Desk:
    """Ashdown's admin at a browser, with a second factor, and two files of Brook's."""

    owner: Engine
    cast: Cast
    phone: Phone
    token: str
    case_id: int
    client_id: int

    def session(self) -> AbstractContextManager[CentreSession]:
        """Return the session that the browser's cookie opens."""
        return open_session(hash_token(self.token), DESK)

    def answers(self, **over: str) -> dict[str, str]:
        """Return what the form sends, with a code that was not taken yet."""
        forget_used(self.owner, self.cast.root)
        said = {"kind": "cover", "reason": WHY, "minutes": "30", "code": self.phone.code()}
        return said | over

    def open(self, **over: str) -> int:
        """Open emergency access to Brook and return the grant's id."""
        with self.session() as session:
            return open_access(session, self.cast.colin.centre_id, self.answers(**over))

    def register(self) -> list[AccessRow]:
        """Return Brook's register as its manager reads it."""
        with self.cast.open(self.cast.bea) as session:
            return list_access(session).rows


@pytest.fixture
def desk(owner: Engine, cast: Cast) -> Desk:
    phone = enrol(cast.root)
    token = sign_in_by(cast.root, phone.code()).token
    with owner.begin() as connection:  # that it was proved to come in is some time ago
        connection.execute(
            text("UPDATE sessions SET proved_at = now() - interval '1 hour' WHERE user_id = :me"),
            {"me": cast.root.user_id},
        )
    case_id = plant_case(owner, cast.colin, last="Ortega")
    with owner.connect() as connection:
        whose = text("SELECT client_id FROM cases WHERE id = :id")
        client_id = connection.execute(whose, {"id": case_id}).scalar_one()
    return Desk(owner, cast, phone, token, case_id, client_id)


class TestOpening:
    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("kind", "", "Choose what it is about."),
            ("kind", "curious", "Choose one of the answers."),
            ("reason", "", "Say why you need it."),
            ("reason", "because", "at least 20 characters"),
            ("reason", " " * 40, "Say why you need it."),
            ("reason", "x" * 501, "at most 500"),
            ("minutes", "241", "Choose one of the answers."),
            ("minutes", "", "Choose how long it lasts."),
            ("code", "", "not right"),
            ("code", "000000", "not right"),
        ],
    )
    def test_asks_for_each_answer(self, desk: Desk, name: str, value: str, sentence: str) -> None:
        with pytest.raises(Invalid) as refused:
            desk.open(**{name: value})
        assert set(refused.value.fields) == {name}
        assert sentence in refused.value.fields[name]
        assert desk.register() == []

    def test_takes_a_code_once(self, desk: Desk) -> None:
        used = desk.answers()
        with desk.session() as session:
            open_access(session, desk.cast.colin.centre_id, used)
        with desk.session() as session:
            leave(session)
        with pytest.raises(Invalid) as refused, desk.session() as session:
            open_access(session, desk.cast.colin.centre_id, used)
        assert "used already" in refused.value.fields["code"]

    def test_asks_for_no_code_where_it_was_proved_a_moment_ago(self, desk: Desk) -> None:
        with desk.session() as session:
            assert not ask_for_access(session, desk.cast.colin.centre_id).is_proved
            prove_again(session, desk.answers())
            assert ask_for_access(session, desk.cast.colin.centre_id).is_proved
        assert desk.open(code="")

    def test_is_refused_to_an_admin_without_a_second_factor(
        self, owner: Engine, cast: Cast
    ) -> None:
        token = hash_token(sign_in_by(cast.root).token)
        with open_session(token, DESK) as session:
            assert not ask_for_access(session, cast.colin.centre_id).has_factor
        with pytest.raises(Refused, match="Set one up"), open_session(token, DESK) as session:
            answers = {"kind": "cover", "reason": WHY, "minutes": "30", "code": "123456"}
            open_access(session, cast.colin.centre_id, answers)

    def test_of_a_closed_centre_is_not_found(self, desk: Desk, owner: Engine) -> None:
        with owner.begin() as connection:
            close = text("UPDATE centres SET status = 'closed' WHERE id = :id")
            connection.execute(close, {"id": desk.cast.colin.centre_id})
        for verb in (ask_for_access, lambda session, at: open_access(session, at, desk.answers())):
            with pytest.raises(NotFound), desk.session() as session:
                verb(session, desk.cast.colin.centre_id)

    @pytest.mark.parametrize("who", ["bea", "colin", "maria", "tess"])
    def test_is_an_admins_alone(self, desk: Desk, who: str) -> None:
        for verb in (
            lambda session: ask_for_access(session, desk.cast.colin.centre_id),
            lambda session: open_access(session, desk.cast.colin.centre_id, {}),
            leave,
        ):
            with pytest.raises(Refused), desk.cast.open(getattr(desk.cast, who)) as session:
                verb(session)

    def test_tells_that_centres_manager_and_nobody_else(self, desk: Desk) -> None:
        desk.open()
        told = {}
        for who in ("bea", "maria", "colin"):
            with desk.cast.open(getattr(desk.cast, who)) as session:
                told[who] = [each.said for each in notifications.list_notifications(session).rows]
        assert told["maria"] == told["colin"] == []
        (said,) = told["bea"]
        assert "emergency access to the clients of your centre. By Root Admin, until " in said

    def test_writes_to_the_manager_once_and_names_no_reason(self, desk: Desk) -> None:
        grant = desk.open()
        with desk.cast.open(desk.cast.brook_system) as session:
            assert (desk.cast.bea.centre_id, grant) in access_mail.unmailed(session)
            (letter,) = access_mail.claim_letters(session, grant)
            assert access_mail.claim_letters(session, grant) == []
            assert (desk.cast.bea.centre_id, grant) not in access_mail.unmailed(session)
            access_mail.put_back(session, grant)
            assert access_mail.claim_letters(session, grant) == [letter]
        assert letter.address == f"{desk.cast.usernames['bea']}@example.org"
        assert "Root Admin opened emergency access to the clients of Brook" in letter.body
        assert WHY not in letter.body


class TestLooking:
    def test_reads_that_centre_and_is_somebody_else_there(self, desk: Desk) -> None:
        with desk.session() as session:
            assert session.actor.role == "admin"
        grant = desk.open()
        with desk.session() as session:
            actor = session.actor
            assert (actor.role, actor.centre_name) == (VISITOR, "Brook")
            assert actor.visit is not None
            assert (actor.visit.grant_id, actor.visit.reason) == (grant, WHY)
            assert session.require(Client, desk.client_id).last_name == "Ortega"
            assert read_overview(session, desk.case_id)
            assert open_facts(session, desk.case_id, first=True).draft == ""
            assert clients.open_client(session, desk.client_id)
            assert case_list.list_cases(session, case_list.CaseFilter()).page.total == 1

    def test_every_other_act_is_refused_in_words(self, desk: Desk) -> None:
        desk.open()
        for act in set(Act) - ROLE_ACTS[VISITOR]:
            with pytest.raises(Refused) as refused, desk.session() as session:
                session.authorize(act)
            assert refused.value.sentence == READ_ONLY, act

    def test_a_change_is_refused_in_words_whatever_a_verb_forgot(self, desk: Desk) -> None:
        desk.open()
        for change in (
            lambda session: setattr(session.require(Client, desk.client_id), "city", "Leeds"),
            lambda session: session.delete(session.require(Case, desk.case_id)),
            lambda session: session.add(
                Client(first_name="A", last_name="B", client_reference="C")
            ),
        ):
            with pytest.raises(Refused) as refused, desk.session() as session:
                change(session)
                session.flush()
            assert refused.value.sentence == READ_ONLY

    def test_another_sign_in_of_the_same_admin_sees_nothing(self, desk: Desk) -> None:
        desk.open()
        other = sign_in_by(desk.cast.root, desk.answers()["code"]).token
        with open_session(hash_token(other), DESK) as session:
            assert session.actor.role == "admin"
            with pytest.raises(NotFound):
                clients.open_client(session, desk.client_id)

    def test_the_manager_reads_what_was_opened(self, desk: Desk) -> None:
        grant = desk.open()
        with desk.session() as session:
            clients.find_clients(session, text="Ort")
            clients.open_client(session, desk.client_id)
        with desk.session() as session:
            cases.open_case(session, desk.case_id)
            notes.list_notes(session, desk.case_id)
        (row,) = desk.register()
        assert (row.id, row.admin, row.kind, row.reason) == (grant, "Root Admin", "cover", WHY)
        assert row.is_open
        assert row.lists == 1
        assert [(each.client_id, each.case_id) for each in row.opened] == [
            (desk.client_id, 0),
            (desk.client_id, desk.case_id),
        ]
        assert {each.name for each in row.opened} == {"Pat Ortega"}


class TestTheEnd:
    def is_over(self, desk: Desk) -> bool:
        with desk.session() as session:
            return session.actor.role == "admin"

    def test_by_hand(self, desk: Desk) -> None:
        desk.open()
        with desk.session() as session:
            leave(session)
        assert self.is_over(desk)
        assert [row.ended_how for row in desk.register()] == ["left"]

    def test_by_the_manager_once(self, desk: Desk) -> None:
        grant = desk.open()
        for who, error in (("colin", Refused), ("maria", NotFound), ("root", Refused)):
            with pytest.raises(error), desk.cast.open(getattr(desk.cast, who)) as session:
                revoke(session, grant)
        with desk.cast.open(desk.cast.bea) as session:
            assert revoke(session, grant) == "Root Admin"
        assert self.is_over(desk)
        with pytest.raises(Conflict), desk.cast.open(desk.cast.bea) as session:
            revoke(session, grant)
        assert [row.ended_how for row in desk.register()] == ["revoked"]

    def test_by_time(self, desk: Desk) -> None:
        desk.open(minutes="15")
        with desk.owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE access_grants SET opened_at = opened_at - interval '15 minutes',"
                    " expires_at = expires_at - interval '15 minutes'"
                )
            )
        assert self.is_over(desk)
        (row,) = desk.register()
        assert (row.is_open, row.ended_how) == (False, "")

    def test_by_signing_out(self, desk: Desk) -> None:
        desk.open()
        sign_in.sign_out(hash_token(desk.token))
        with pytest.raises(SignedOut), desk.session():
            pass
        assert [row.ended_how for row in desk.register()] == ["signed_out"]

    def test_with_the_centre_and_does_not_come_back_with_it(self, desk: Desk) -> None:
        desk.open()
        brook = desk.cast.colin.centre_id
        with desk.cast.open(desk.cast.root) as session:
            centres.close(session, brook)
        assert self.is_over(desk)
        with desk.cast.open(desk.cast.root) as session:
            centres.reopen(session, brook)
        assert self.is_over(desk)
        assert [row.ended_how for row in desk.register()] == ["closed"]

    def test_lets_one_open_it_again(self, desk: Desk) -> None:
        first = desk.open()
        with pytest.raises(Refused):
            desk.open()
        with desk.session() as session:
            leave(session)
        assert desk.open() > first


def test_the_register_is_the_managers_alone(desk: Desk) -> None:
    desk.open()
    for who in ("colin", "tess", "root"):
        with pytest.raises(Refused), desk.cast.open(getattr(desk.cast, who)) as session:
            list_access(session)
    with desk.cast.open(desk.cast.maria) as session:
        assert list_access(session).rows == []
