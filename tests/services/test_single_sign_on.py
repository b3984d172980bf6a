"""Single sign-on: who sets a provider, who is linked and by whom, and what opens nothing."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from cma_app.access.actor import Actor, Origin
from cma_app.errors import Conflict, Invalid, NotFound, Refused, SignedOut
from cma_app.identity import fetching
from cma_app.identity.fetching import fetch_json, require_https
from cma_app.identity.tokens import Proven
from cma_app.identity.troubles import NotProven
from cma_app.services import identities, single_sign_on, users
from cma_app.services.identity_providers import issuer_to_try, keep_provider, read_provider
from cma_app.services.person_forms import PersonForm
from cma_app.services.sign_in import prove_password, sign_in
from cma_app.services.single_sign_on import Stranger
from cma_app.session import hash_token, open_session, resume
from cma_app.settings import Settings, settings, use_settings
from tests.people import PASSWORD, Cast

HERE = Origin("127.0.0.1", "a test")
ISSUER = "https://login.example.org/ashdown"
SECRET = "the client's own secret"
ANSWERS = {
    "issuer": ISSUER,
    "application_id": "cma",
    "application_secret": SECRET,
    "passwords": "beside",
    "is_active": "on",
}


def kept(cast: Cast, actor: Actor | None = None, version: int = 0, **over: str) -> None:
    with cast.open(actor or cast.root) as session:
        keep_provider(session, cast.amina.centre_id, {**ANSWERS, **over}, version=version)


def link(cast: Cast, actor: Actor, subject: str, issuer: str = ISSUER) -> None:
    with cast.open(actor) as session:
        identities.link_own(session, Proven(issuer, subject, "a token"))


def opens(cast: Cast, subject: str, issuer: str = ISSUER) -> int | None:
    return single_sign_on.linked_person(cast.amina.centre_id, issuer, subject)


def code_for(cast: Cast, person: Actor, actor: Actor | None = None) -> str:
    with cast.open(actor or cast.maria) as session:
        return identities.issue_code(session, person.user_id).code


def stranger(cast: Cast, subject: str = "new") -> Stranger:
    code, ends = cast.amina.centre_code, single_sign_on.ends_soon()
    return Stranger(code, ISSUER, subject, "/", ends)


class TestKeepProvider:
    def test_keeps_it_sealed_and_shows_the_secret_to_nobody(
        self, cast: Cast, owner: Engine
    ) -> None:
        kept(cast)
        with cast.open(cast.root) as session:
            found = read_provider(session, cast.amina.centre_id)
        assert (found.answers["issuer"], found.answers["application_secret"]) == (ISSUER, "")
        assert (found.linked, found.people, found.has_secret) == (0, 4, True)
        with owner.begin() as connection:
            stored = connection.execute(
                text(
                    "SELECT p::text FROM identity_providers p WHERE centre_id = :c"
                    " UNION ALL SELECT a::text FROM audit_logs a WHERE centre_id = :c"
                ),
                {"c": cast.amina.centre_id},
            ).scalars()
            assert not any(SECRET in row for row in stored)
            assert connection.execute(
                text(
                    "SELECT user_id, new_values ->> 'application_secret' FROM audit_logs"
                    " WHERE table_name = 'identity_providers' AND centre_id = :c"
                ),
                {"c": cast.amina.centre_id},
            ).all() == [(cast.root.user_id, "changed")]
        asked = single_sign_on.provider_of(cast.amina.centre_code)
        assert asked.provider.client_secret == SECRET
        assert SECRET not in repr(asked)

    @pytest.mark.parametrize("role", ["manager", "advisor", "trainee"])
    def test_is_an_admins_alone(self, cast: Cast, role: str) -> None:
        with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
            read_provider(session, cast.amina.centre_id)
        with pytest.raises(Refused):
            kept(cast, cast.by_role(role))
        with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
            issuer_to_try(session, ISSUER)

    def test_is_kept_by_the_wall_too(self, cast: Cast) -> None:
        with pytest.raises(ProgrammingError, match="row-level"), cast.open(cast.maria) as session:
            session.execute(
                text(
                    "INSERT INTO identity_providers (centre_id, issuer, application_id,"
                    " application_secret) VALUES (:c, 'https://evil.example', 'x', 'x')"
                ),
                {"c": cast.maria.centre_id},
            )

    @pytest.mark.parametrize(
        ("name", "typed"),
        [
            ("issuer", ""),
            ("issuer", "http://login.example.org"),
            ("issuer", "login.example.org"),
            ("issuer", f"{ISSUER}?x=1"),
            ("issuer", f"{ISSUER}/.well-known/openid-configuration"),
            ("issuer", "https://user:word@login.example.org"),
            ("application_id", ""),
            ("application_secret", ""),
            ("passwords", "never"),
            ("max_age_minutes", "0"),
            ("max_age_minutes", "soon"),
        ],
    )
    def test_says_beside_the_box_what_is_wrong(self, cast: Cast, name: str, typed: str) -> None:
        with pytest.raises(Invalid) as invalid:
            kept(cast, **{name: typed})
        assert list(invalid.value.fields) == [name]

    def test_an_empty_secret_keeps_the_stored_one_for_the_same_place_alone(
        self, cast: Cast
    ) -> None:
        kept(cast)
        kept(cast, version=1, application_secret="", passwords="instead")
        found = single_sign_on.provider_of(cast.amina.centre_code)
        assert found.provider.client_secret == SECRET
        with pytest.raises(Invalid, match="secret of this issuer"):
            kept(cast, version=2, application_secret="", issuer="https://evil.example")

    def test_two_at_once_lose_nothing(self, cast: Cast) -> None:
        kept(cast)
        with pytest.raises(Conflict):
            kept(cast)


class TestInsteadOfPasswords:
    def test_a_right_password_is_answered_as_a_wrong_one(self, cast: Cast) -> None:
        kept(cast, passwords="instead")
        said = []
        for password in (PASSWORD, "wrong"):
            with pytest.raises(Refused) as refused:
                sign_in(cast.usernames["amina"], password, HERE)
            said.append(refused.value.sentence)
        assert said[0] == said[1]

    def test_an_admins_own_password_always_works(self, cast: Cast) -> None:
        kept(cast, passwords="instead")
        assert sign_in(cast.usernames["root"], PASSWORD, HERE).actor.role == "admin"

    def test_another_centres_people_go_on_with_theirs(self, cast: Cast) -> None:
        kept(cast, passwords="instead")
        assert sign_in(cast.usernames["colin"], PASSWORD, HERE)

    def test_switched_off_passwords_are_back(self, cast: Cast) -> None:
        kept(cast, passwords="instead", is_active="")
        assert sign_in(cast.usernames["amina"], PASSWORD, HERE)

    def test_a_new_person_gets_a_linking_code_and_no_password(self, cast: Cast) -> None:
        kept(cast, passwords="instead")
        form = PersonForm.read(
            {
                "first_name": "Nell",
                "last_name": "Ward",
                "username": f"nell{cast.maria.user_id}",
                "email": f"nell{cast.maria.user_id}@example.org",
                "role": "advisor",
            }
        )
        with cast.open(cast.maria) as session:
            issued = users.add(session, form)
        assert issued.links_at == cast.maria.centre_code
        with pytest.raises(Refused):
            sign_in(issued.username, issued.password, HERE)
        assert single_sign_on.link_by_code(stranger(cast), issued.password, HERE) == issued.user_id
        admitted = single_sign_on.linked_person(cast.amina.centre_id, ISSUER, "new")
        assert admitted == issued.user_id
        with pytest.raises(Conflict, match="linking code"), cast.open(cast.maria) as session:
            users.reset_password(session, issued.user_id)


class TestLinkOwn:
    def test_opens_ones_own_account_by_issuer_and_subject(self, cast: Cast) -> None:
        kept(cast)
        link(cast, cast.ben, "ben-there")
        assert opens(cast, "ben-there") == cast.ben.user_id
        with cast.open(cast.ben) as session:
            own = identities.own_identity(session)
        assert (own.host, own.passwords, own.linked_at is not None) == (
            "login.example.org",
            True,
            True,
        )

    def test_asks_who_sits_there_after_a_quarter_of_an_hour(
        self, cast: Cast, owner: Engine
    ) -> None:
        kept(cast)
        token = hash_token(sign_in(cast.usernames["ben"], PASSWORD, HERE).token)
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE sessions SET created_at = now() - interval '16 minutes'"
                    " WHERE token_hash = :t"
                ),
                {"t": token},
            )
        for wanted in (pytest.raises(Refused, match="Show first"), nullcontext()):
            with wanted, open_session(token, HERE) as session:
                identities.link_own(session, Proven(ISSUER, "ben-there", "a token"))
            with open_session(token, HERE) as session:
                prove_password(session, PASSWORD)
        assert opens(cast, "ben-there") == cast.ben.user_id

    @pytest.mark.parametrize(
        ("subject", "issuer"),
        [
            ("BEN-THERE", ISSUER),
            ("ben-there ", ISSUER),
            ("", ISSUER),
            ("ben-there", f"{ISSUER}/"),
            ("ben-there", "https://other.example"),
        ],
    )
    def test_nothing_else_opens_it(self, cast: Cast, subject: str, issuer: str) -> None:
        kept(cast)
        link(cast, cast.ben, "ben-there")
        assert opens(cast, subject, issuer) is None

    def test_another_centres_identity_opens_nothing_here(self, cast: Cast) -> None:
        kept(cast)
        with cast.open(cast.root) as session:
            keep_provider(session, cast.colin.centre_id, ANSWERS, version=0)
        link(cast, cast.colin, "colin-there")
        assert opens(cast, "colin-there") is None
        link(cast, cast.ben, "colin-there")  # nor does it stand in the way of anybody's here
        assert opens(cast, "colin-there") == cast.ben.user_id

    def test_an_identity_is_one_persons(self, cast: Cast) -> None:
        kept(cast)
        link(cast, cast.ben, "shared")
        with pytest.raises(Conflict, match="another account"):
            link(cast, cast.amina, "shared")
        with pytest.raises(Conflict, match="another identity"):
            link(cast, cast.ben, "second")
        link(cast, cast.ben, "shared")
        assert opens(cast, "shared") == cast.ben.user_id

    def test_an_admin_is_never_linked(self, cast: Cast, owner: Engine) -> None:
        kept(cast)
        with pytest.raises(Refused):
            link(cast, cast.root, "root-there")
        link(cast, cast.ben, "ben-there")
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE users SET role = 'admin' WHERE id = :id"), {"id": cast.ben.user_id}
            )
        assert opens(cast, "ben-there") is None

    def test_nobody_links_for_another(self, cast: Cast) -> None:
        kept(cast)
        with pytest.raises(ProgrammingError, match="row-level"), cast.open(cast.maria) as session:
            session.execute(
                text(
                    "INSERT INTO identities (centre_id, user_id, issuer, subject)"
                    " VALUES (:c, :u, :i, 'evil')"
                ),
                {"c": cast.ben.centre_id, "u": cast.ben.user_id, "i": ISSUER},
            )

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE users SET is_active = false WHERE id = :user",
            "UPDATE users SET deleted_at = now() WHERE id = :user",
            "UPDATE centres SET status = 'closed' WHERE id = :centre",
            "UPDATE identity_providers SET is_active = false WHERE centre_id = :centre",
            "UPDATE identity_providers SET issuer = 'https://x.example' WHERE centre_id = :centre",
        ],
    )
    def test_opens_nothing_where_the_person_the_centre_or_the_provider_is_gone(
        self, cast: Cast, owner: Engine, statement: str
    ) -> None:
        kept(cast)
        link(cast, cast.ben, "ben-there")
        asked = {"user": cast.ben.user_id, "centre": cast.ben.centre_id}
        with owner.begin() as connection:
            connection.execute(text(statement), asked)
        assert opens(cast, "ben-there") is None


class TestUnlink:
    def test_ends_it_and_signs_the_person_out(self, cast: Cast, owner: Engine) -> None:
        kept(cast)
        link(cast, cast.ben, "ben-there")
        token = hash_token(sign_in(cast.usernames["ben"], PASSWORD, HERE).token)
        with cast.open(cast.maria) as session:
            identities.unlink(session, cast.ben.user_id)
        assert opens(cast, "ben-there") is None
        with pytest.raises(SignedOut):
            resume(token, HERE)
        with owner.begin() as connection:
            logged = connection.execute(
                text(
                    "SELECT user_id, action FROM audit_logs WHERE table_name = 'identities'"
                    " AND centre_id = :c ORDER BY timestamp"
                ),
                {"c": cast.ben.centre_id},
            ).all()
        assert logged == [
            (cast.ben.user_id, "own_identity:link"),
            (cast.maria.user_id, "user:link_identity"),
        ]
        link(cast, cast.ben, "ben-there")
        assert opens(cast, "ben-there") == cast.ben.user_id

    @pytest.mark.parametrize("role", ["advisor", "trainee"])
    def test_refuses_who_does_not_look_after_people(self, cast: Cast, role: str) -> None:
        kept(cast)
        link(cast, cast.ben, "ben-there")
        with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
            identities.unlink(session, cast.ben.user_id)
        with pytest.raises(Refused):
            code_for(cast, cast.tess, cast.by_role(role))

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        kept(cast)
        link(cast, cast.ben, "ben-there")
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            identities.unlink(session, cast.ben.user_id)
        with pytest.raises(NotFound):
            code_for(cast, cast.tess, cast.bea)
        assert opens(cast, "ben-there") == cast.ben.user_id

    def test_ones_own_goes_while_a_password_is_left(self, cast: Cast) -> None:
        kept(cast)
        link(cast, cast.ben, "ben-there")
        with cast.open(cast.ben) as session:
            identities.unlink_own(session)
        assert opens(cast, "ben-there") is None
        link(cast, cast.ben, "ben-there")
        kept(cast, version=1, passwords="instead")
        with pytest.raises(Refused, match="this way alone"), cast.open(cast.ben) as session:
            identities.unlink_own(session)

    def test_whoever_leaves_is_unlinked_and_comes_back_with_a_code(self, cast: Cast) -> None:
        kept(cast, passwords="instead")
        link(cast, cast.ben, "ben-there")
        with cast.open(cast.maria) as session:
            users.deactivate(session, cast.ben.user_id)
            code = users.reactivate(session, cast.ben.user_id).password
        assert opens(cast, "ben-there") is None
        assert single_sign_on.link_by_code(stranger(cast), code, HERE) == cast.ben.user_id


class TestLinkingCode:
    def test_links_once(self, cast: Cast) -> None:
        kept(cast, passwords="instead")
        code = code_for(cast, cast.tess)
        assert single_sign_on.link_by_code(stranger(cast), code, HERE) == cast.tess.user_id
        assert opens(cast, "new") == cast.tess.user_id
        with pytest.raises(Refused, match="not right"):
            single_sign_on.link_by_code(stranger(cast, "another"), code, HERE)

    def test_a_newer_one_ends_it_and_so_does_time(self, cast: Cast) -> None:
        kept(cast)
        old = code_for(cast, cast.tess)
        code = code_for(cast, cast.tess)
        with pytest.raises(Refused):
            single_sign_on.link_by_code(stranger(cast), old, HERE)
        with time_machine.travel(timedelta(hours=-73), tick=True):
            late = code_for(cast, cast.ben)
        with pytest.raises(Refused):
            single_sign_on.link_by_code(stranger(cast), late, HERE)
        assert single_sign_on.link_by_code(stranger(cast), code, HERE) == cast.tess.user_id

    def test_leaving_ends_it_for_good(self, cast: Cast) -> None:
        kept(cast)
        code = code_for(cast, cast.tess)
        with cast.open(cast.maria) as session:
            users.deactivate(session, cast.tess.user_id)
            users.reactivate(session, cast.tess.user_id)
        with pytest.raises(Refused):
            single_sign_on.link_by_code(stranger(cast), code, HERE)

    def test_another_centres_opens_nothing(self, cast: Cast) -> None:
        kept(cast)
        with cast.open(cast.root) as session:
            keep_provider(session, cast.bea.centre_id, ANSWERS, version=0)
        theirs = code_for(cast, cast.colin, cast.bea)
        with pytest.raises(Refused):
            single_sign_on.link_by_code(stranger(cast), theirs, HERE)
        assert opens(cast, "new") is None

    def test_tries_slow_down(self, cast: Cast) -> None:
        kept(cast)
        for _ in range(5):
            with pytest.raises(Refused, match="not right"):
                single_sign_on.link_by_code(stranger(cast), "wrong", HERE)
        with pytest.raises(Refused, match="Too many tries"):
            single_sign_on.link_by_code(stranger(cast), "wrong", HERE)

    def test_is_for_no_admin_and_for_nobody_linked(self, cast: Cast) -> None:
        kept(cast)
        with pytest.raises(Refused, match="An admin"):
            code_for(cast, cast.root, cast.root)
        link(cast, cast.ben, "ben-there")
        with pytest.raises(Conflict, match="linked already"):
            code_for(cast, cast.ben)


class TestTheWayOut:
    """No provider leads us into a private network, and none keeps us waiting."""

    @contextmanager
    def behind_https(self, **over: object) -> Iterator[None]:
        before = settings()
        use_settings(
            Settings(
                CMA_HOME=before.home,
                DATABASE_URL=before.database_url,
                CMA_HTTPS=True,
                CMA_ORIGINS="https://advice.example.org",
                **over,
            )
        )
        try:
            yield
        finally:
            use_settings(before)

    @pytest.mark.parametrize(
        "host",
        [
            *("127.0.0.1", "localhost", "169.254.169.254", "10.0.0.7", "192.168.1.1", "0.0.0.0"),
            *("[::1]", "[::ffff:127.0.0.1]", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]"),
            *("2130706433", "0x7f.1", "100.64.0.1", "224.0.0.1"),
        ],
    )
    def test_leads_to_no_private_address(self, cast: Cast, host: str) -> None:
        with self.behind_https(), pytest.raises(NotProven) as error:
            fetch_json(f"https://{host}:9/x", seconds=5)
        assert error.value.reason == "not_public"

    def test_a_name_that_answers_otherwise_later_gains_nothing(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is connected to is what was looked up and checked, and it is looked up once."""
        answers = ["93.184.216.34", "127.0.0.1"]
        asked: list[str] = []

        def look_up(host: str, port: int, **_: object) -> list[object]:
            asked.append(host)
            return [(2, 1, 6, "", (answers[len(asked) - 1], port))]

        went: list[str] = []

        def connect(_: object, host: str, *more: object) -> None:
            went.append(host)
            raise fetching.httpcore.ConnectError

        monkeypatch.setattr(fetching.socket, "getaddrinfo", look_up)
        monkeypatch.setattr(fetching.httpcore.SyncBackend, "connect_tcp", connect)
        with self.behind_https(), pytest.raises(NotProven):
            fetch_json("https://rebinding.example/x")
        assert (asked, went) == (["rebinding.example"], ["93.184.216.34"])

    def test_an_operator_may_allow_a_name(self, cast: Cast) -> None:
        with (
            self.behind_https(CMA_SSO_PRIVATE_HOSTS="localhost, login.lan"),
            pytest.raises(NotProven) as error,
        ):
            fetch_json(f"https://localhost:{free_port()}/x")
        assert error.value.reason == "unreachable"

    @pytest.mark.parametrize(
        "address",
        [
            *("http://login.example.org/", "ftp://login.example.org/", "file:///etc/passwd"),
            *("https://a@login.example.org/", "https://", "javascript:alert(1)", "//x", ""),
            "https://login.example.org:no/",
        ],
    )
    def test_takes_https_alone(self, cast: Cast, address: str) -> None:
        with pytest.raises(NotProven):
            require_https(address)

    def test_a_drip_is_cut_off_in_time(self, cast: Cast) -> None:
        """A byte now and then keeps no reader: the whole answer has its time."""
        with dripping() as port, pytest.raises(NotProven) as error:
            fetch_json(f"http://127.0.0.1:{port}/x", seconds=0.4)
        assert error.value.reason == "slow"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def dripping() -> Iterator[int]:
    """Answer one byte each twentieth of a second, for ever."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            caller, _ = server.accept()
            with caller:
                caller.recv(1000)
                caller.sendall(b"HTTP/1.1 200 OK\r\nx: ")
                while not stop.wait(0.05):
                    try:
                        caller.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        yield server.getsockname()[1]
        stop.set()
        thread.join()
