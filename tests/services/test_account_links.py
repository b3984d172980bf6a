"""Links in letters: invited, asked for, used once, too old, taken back, and never guessed at."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from cma_app import jobs
from cma_app.access.actor import Actor, Origin
from cma_app.clock import at, now
from cma_app.errors import Conflict, Invalid, NotFound, Refused, SignedOut
from cma_app.link_jobs import send_one
from cma_app.services import account_links, centres, link_sending, people_list, users
from cma_app.services.account_links import (
    MOST_FOR_ACCOUNT,
    MOST_FROM_ADDRESS,
    VALID,
    ask_for_reset,
    choose_password,
    find_link,
)
from cma_app.services.sign_in import change_own_password, sign_in
from cma_app.session import hash_token, resume
from tests.mail_server import MailServer, mail_server
from tests.people import PASSWORD, Cast
from tests.services.test_users import nell, person

pytestmark = pytest.mark.database

HERE = Origin("127.0.0.1", "a test")
NEW = "violet kettle marches"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def due(centre_id: int) -> list[tuple[int, int, str]]:
    found = asyncio.run(jobs._in_centre(0, link_sending.due_links))
    return [each for each in found if each[0] == centre_id]


def send(cast: Cast, centre_id: int | None = None) -> None:
    """Do what the worker does with every link of a centre that waits."""
    here = centre_id or cast.maria.centre_id
    for _, link_id, what in due(here):
        assert what == "send"
        asyncio.run(send_one(jobs._in_centre, here, link_id))


def address_in(letter: Any) -> str:
    found = re.search(r"http://\S+", letter.get_content())
    assert found is not None
    return found[0]


def token_in(letter: Any) -> str:
    return address_in(letter).partition("?t=")[2]


def invited(cast: Cast, by: Actor | None = None, centre_id: int | None = None) -> int:
    with cast.open(by or cast.maria) as session:
        return users.invite(session, person(nell(cast)), centre_id=centre_id).id


def invite_of(cast: Cast, user_id: int) -> str:
    with cast.open(cast.maria) as session:
        rows = people_list.list_people(session).rows
    return next(row.invite.state for row in rows if row.id == user_id)


def ask(cast: Cast, who: str = "ben", origin: Origin = HERE) -> None:
    ask_for_reset(cast.usernames[who], origin)


class TestInvite:
    def test_the_letter_leads_in_once(self, cast: Cast, server: MailServer) -> None:
        user_id = invited(cast)
        assert invite_of(cast, user_id) == "waiting"
        send(cast)
        (letter,) = server.letters
        assert letter["To"] == f"{nell(cast)}@example.org"
        assert letter["Subject"] == "Your account at Ashdown"
        assert address_in(letter).startswith("http://localhost:")
        assert invite_of(cast, user_id) == "sent"
        token = token_in(letter)
        assert find_link(token).username == nell(cast)
        choose_password(token, NEW, HERE)
        actor = sign_in(nell(cast), NEW, HERE).actor
        assert (actor.user_id, actor.must_change_password) == (user_id, False)
        assert invite_of(cast, user_id) == "none"
        for dead in (token, "x" * 43, ""):
            with pytest.raises(NotFound):
                choose_password(dead, "another violet kettle", HERE)

    def test_nothing_keeps_the_secret(
        self, cast: Cast, server: MailServer, owner: Engine, capfd: pytest.CaptureFixture[str]
    ) -> None:
        invited(cast)
        send(cast)
        token = token_in(server.letters[0])
        with owner.begin() as connection:
            links, log = (
                list(connection.execute(text(f"SELECT t::text FROM {table} t")).scalars())
                for table in ("account_links", "audit_logs")
            )
        printed = capfd.readouterr()
        assert any(hash_token(token) in row for row in links)
        assert not any(hash_token(token) in row for row in log)
        assert not any(token in row for row in (*links, *log, printed.out, printed.err))

    def test_a_bad_password_leaves_the_link_good(self, cast: Cast, server: MailServer) -> None:
        invited(cast)
        send(cast)
        token = token_in(server.letters[0])
        for bad in (
            "short",
            "passwordpassword",
            f"{nell(cast)}-{nell(cast)}",
            "Ashdown-Ashdown-26",
        ):
            with pytest.raises(Invalid) as invalid:
                choose_password(token, bad, HERE)
            assert list(invalid.value.fields) == ["new"]
        choose_password(token, NEW, HERE)

    def test_it_is_too_old_after_72_hours(self, cast: Cast, server: MailServer) -> None:
        user_id = invited(cast)
        send(cast)
        token = token_in(server.letters[0])
        with at(now() + VALID["invitation"] - timedelta(minutes=1)):
            assert find_link(token)
        with at(now() + VALID["invitation"] + timedelta(seconds=1)):
            with pytest.raises(NotFound):
                choose_password(token, NEW, HERE)
            assert invite_of(cast, user_id) == "old"

    def test_sent_again_the_first_link_is_dead(self, cast: Cast, server: MailServer) -> None:
        user_id = invited(cast)
        send(cast)
        with cast.open(cast.maria) as session:
            account_links.invite(session, user_id)
        send(cast)
        first, second = (token_in(each) for each in server.letters)
        with pytest.raises(NotFound):
            choose_password(first, NEW, HERE)
        choose_password(second, NEW, HERE)

    def test_it_takes_the_place_of_a_one_time_password(
        self, cast: Cast, server: MailServer
    ) -> None:
        with cast.open(cast.maria) as session:
            issued = users.add(session, person(nell(cast)))
        assert invite_of(cast, issued.user_id) == "none"
        with cast.open(cast.maria) as session:
            account_links.invite(session, issued.user_id)
        assert invite_of(cast, issued.user_id) == "waiting"
        with pytest.raises(Refused):
            sign_in(nell(cast), issued.password, HERE)
        send(cast)
        with cast.open(cast.maria) as session:
            again = users.reset_password(session, issued.user_id)
        assert invite_of(cast, issued.user_id) == "none"
        assert sign_in(nell(cast), again.password, HERE).actor.must_change_password

    def test_of_a_letter_whose_worker_is_gone_it_is_said_that_it_may_have_arrived(
        self, cast: Cast, server: MailServer
    ) -> None:
        user_id = invited(cast)
        here = cast.maria.centre_id
        ((_, link_id, _),) = due(here)
        assert asyncio.run(jobs._in_centre(here, link_sending.claim_link, link_id))
        assert due(here) == [(here, link_id, "settle")]
        asyncio.run(jobs._in_centre(here, link_sending.settle_link, link_id))
        assert invite_of(cast, user_id) == "unknown"
        assert due(here) == []

    @pytest.mark.parametrize("ending", ["withdraw", "reset_password", "deactivate", "email"])
    def test_what_ends_it(self, cast: Cast, server: MailServer, ending: str) -> None:
        user_id = invited(cast)
        send(cast)
        with cast.open(cast.maria) as session:
            if ending == "withdraw":
                account_links.withdraw(session, user_id)
            elif ending == "email":
                session.require(users.User, user_id).email = f"other{user_id}@example.org"
            else:
                getattr(users, ending)(session, user_id)
        with pytest.raises(NotFound):
            choose_password(token_in(server.letters[0]), NEW, HERE)
        with cast.open(cast.maria) as session, pytest.raises(Conflict):
            account_links.withdraw(session, user_id)

    def test_nobody_is_invited_to_a_closed_centre(self, cast: Cast, server: MailServer) -> None:
        user_id = invited(cast, cast.root, cast.bea.centre_id)
        with cast.open(cast.root) as session:
            centres.close(session, cast.bea.centre_id)
        with pytest.raises(Conflict, match="closed"), cast.open(cast.root) as session:
            account_links.invite(session, user_id, centre_id=cast.bea.centre_id)

    def test_a_closed_centre_lets_nobody_choose(
        self, cast: Cast, server: MailServer, owner: Engine
    ) -> None:
        invited(cast, cast.root, cast.bea.centre_id)
        send(cast, cast.bea.centre_id)
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE centres SET status = 'closed' WHERE id = :id"),
                {"id": cast.bea.centre_id},
            )
        with pytest.raises(NotFound):
            choose_password(token_in(server.letters[0]), NEW, HERE)

    def test_asked_for_in_the_moment_of_leaving_it_fails_and_waits_no_more(
        self, cast: Cast, server: MailServer, owner: Engine
    ) -> None:
        """Leaving ends what is there; what another transaction writes just then is not yet."""
        with cast.open(cast.maria) as session:
            users.deactivate(session, cast.ben.user_id)
        asked = (
            "INSERT INTO account_links (centre_id, user_id, kind, due_at, expires_at)"
            " VALUES (:c, :u, 'reset', now(), now() + interval '30 minutes') RETURNING id"
        )
        who = {"c": cast.ben.centre_id, "u": cast.ben.user_id}
        with owner.begin() as connection:
            link_id = connection.execute(text(asked), who).scalar_one()
        assert due(cast.ben.centre_id) == [(cast.ben.centre_id, link_id, "send")]
        send(cast)
        assert server.letters == []
        assert due(cast.ben.centre_id) == []
        told = "SELECT status, reason FROM account_links WHERE id = :id"
        with owner.connect() as connection:
            found = connection.execute(text(told), {"id": link_id}).one()
        assert tuple(found) == ("failed", "left")

    def test_taken_back_on_the_way_it_never_goes(self, cast: Cast, server: MailServer) -> None:
        user_id = invited(cast)

        def take_back() -> None:
            with cast.open(cast.maria) as session:
                account_links.withdraw(session, user_id)

        server.on_rcpt = take_back
        send(cast)
        assert server.letters == []

    def test_a_refused_address_and_a_silent_server_are_told_of(
        self, cast: Cast, server: MailServer
    ) -> None:
        user_id = invited(cast)
        server.rcpt_reply = "550 no such box"
        send(cast)
        assert invite_of(cast, user_id) == "failed"
        with cast.open(cast.maria) as session:
            account_links.invite(session, user_id)
        server.rcpt_reply = "450 later"
        moment = now()
        for wait in (timedelta(0), *link_sending.RETRY):
            moment += wait + timedelta(seconds=1)
            with at(moment):
                send(cast)
        assert invite_of(cast, user_id) == "failed"
        assert server.letters == []

    def test_without_a_mail_server_there_is_none(self, cast: Cast) -> None:
        with pytest.raises(Invalid) as invalid:
            invited(cast)
        assert list(invalid.value.fields) == ["how"]
        with cast.open(cast.maria) as session:
            new = users.add(session, person(f"{nell(cast)}x"))
        with pytest.raises(Conflict, match="No mail server"), cast.open(cast.maria) as session:
            account_links.invite(session, new.user_id)
        with cast.open(cast.maria) as session:
            assert nell(cast) not in {row.username for row in people_list.list_people(session).rows}

    def test_other_roles_and_centres(self, cast: Cast, server: MailServer) -> None:
        user_id = invited(cast)
        for verb in (account_links.invite, account_links.withdraw):
            for role in ("advisor", "trainee"):
                with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
                    verb(session, user_id)
            with pytest.raises(NotFound), cast.open(cast.bea) as session:
                verb(session, user_id)
            with pytest.raises(Refused, match="Only an admin"), cast.open(cast.maria) as session:
                verb(session, cast.root.user_id)
            with pytest.raises(Conflict, match="has a password"), cast.open(cast.maria) as session:
                verb(session, cast.ben.user_id)


class TestReset:
    def test_the_letter_leads_to_another_password_and_signs_everything_out(
        self, cast: Cast, server: MailServer
    ) -> None:
        elsewhere = hash_token(sign_in(cast.usernames["ben"], PASSWORD, HERE).token)
        ask(cast)
        send(cast)
        (letter,) = server.letters
        assert letter["Subject"] == "Choose a new password"
        choose_password(token_in(letter), NEW, HERE)
        with pytest.raises(SignedOut):
            resume(elsewhere, HERE)
        with pytest.raises(Refused):
            sign_in(cast.usernames["ben"], PASSWORD, HERE)
        assert sign_in(cast.usernames["ben"], NEW, HERE).actor.user_id == cast.ben.user_id
        with pytest.raises(NotFound):
            choose_password(token_in(letter), "another violet kettle", HERE)

    def test_it_is_audited_as_the_persons_own(
        self, cast: Cast, server: MailServer, owner: Engine
    ) -> None:
        ask(cast)
        send(cast)
        choose_password(token_in(server.letters[0]), NEW, HERE)
        with owner.begin() as connection:
            row = connection.execute(
                text(
                    "SELECT user_id, new_values ->> 'password_hash' FROM audit_logs WHERE"
                    " table_name = 'users' AND record_id = :id AND action = 'own_password:by_reset'"
                ),
                {"id": cast.ben.user_id},
            ).one()
        assert tuple(row) == (cast.ben.user_id, "changed")

    def test_it_is_too_old_after_30_minutes(self, cast: Cast, server: MailServer) -> None:
        ask(cast)
        send(cast)
        with at(now() + timedelta(minutes=30, seconds=1)), pytest.raises(NotFound):
            choose_password(token_in(server.letters[0]), NEW, HERE)

    def test_a_newer_one_ends_the_one_before(self, cast: Cast, server: MailServer) -> None:
        for _ in range(2):
            ask(cast)
            send(cast)
        first, second = (token_in(each) for each in server.letters)
        with pytest.raises(NotFound):
            find_link(first)
        assert find_link(second).kind == "reset"

    def test_a_change_of_password_ends_it(self, cast: Cast, server: MailServer) -> None:
        ask(cast)
        send(cast)
        with cast.open(cast.ben) as session:
            change_own_password(session, current=PASSWORD, new=NEW)
        with pytest.raises(NotFound):
            find_link(token_in(server.letters[0]))

    def test_who_gets_nothing(self, cast: Cast, server: MailServer, owner: Engine) -> None:
        """Nobody, somebody who left, somebody of a closed centre, somebody who was never in."""
        with cast.open(cast.maria) as session:
            users.deactivate(session, cast.ben.user_id)
            users.add(session, person(nell(cast)))
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE centres SET status = 'closed' WHERE id = :id"),
                {"id": cast.bea.centre_id},
            )
        for name in (f"nobody{cast.ben.user_id}", nell(cast), "\x00\udc80"):
            ask_for_reset(name, HERE)
        ask(cast)
        ask(cast, "colin")
        with owner.begin() as connection:
            made = connection.execute(
                text("SELECT count(*) FROM account_links WHERE centre_id IN (:a, :b)"),
                {"a": cast.ben.centre_id, "b": cast.bea.centre_id},
            ).scalar_one()
        assert made == 0

    def test_where_the_organisation_alone_lets_people_in_no_link_does(
        self, cast: Cast, server: MailServer, owner: Engine
    ) -> None:
        ask(cast)
        send(cast)
        token = token_in(server.letters[0])
        with owner.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO identity_providers (centre_id, issuer, application_id,"
                    " application_secret, passwords, is_active) VALUES (:c,"
                    " 'https://login.example.org', 'cma', 'sealed', 'instead', true)"
                ),
                {"c": cast.ben.centre_id},
            )
        with pytest.raises(NotFound):
            find_link(token)
        with pytest.raises(NotFound):
            choose_password(token, NEW, HERE)
        for who, letters in (("amina", 1), ("root", 2)):  # an admin's own password always works
            ask(cast, who)
            send(cast)
            assert len(server.letters) == letters, who
        with cast.open(cast.maria) as session:
            new = users.add(session, person(nell(cast)))
            with pytest.raises(Conflict, match="linking code"):
                account_links.invite(session, new.user_id)

    def test_too_many_are_let_drop_by_account_and_by_address(
        self, cast: Cast, owner: Engine
    ) -> None:
        def made(actor: Actor) -> int:
            with owner.begin() as connection:
                return connection.execute(
                    text("SELECT count(*) FROM account_links WHERE user_id = :id"),
                    {"id": actor.user_id},
                ).scalar_one()

        for number in range(MOST_FOR_ACCOUNT + 2):
            ask(cast, origin=Origin(f"10.{cast.ben.user_id % 200}.1.{number}", ""))
        assert made(cast.ben) == MOST_FOR_ACCOUNT
        busy = Origin(f"10.{cast.ben.user_id % 200}.2.{cast.ben.user_id % 250}", "")
        for number in range(MOST_FROM_ADDRESS):
            ask_for_reset(f"nobody{cast.ben.user_id}-{number}", busy)
        ask(cast, "amina", busy)
        assert made(cast.amina) == 0
        with at(now() + timedelta(hours=1, seconds=1)):
            ask(cast, "amina", busy)
            ask(cast)
        assert (made(cast.amina), made(cast.ben)) == (1, MOST_FOR_ACCOUNT + 1)

    def test_what_waited_too_long_is_not_sent(self, cast: Cast, server: MailServer) -> None:
        ask(cast)
        with at(now() + timedelta(minutes=31)):
            send(cast)
        assert server.letters == []
        assert due(cast.ben.centre_id) == []
