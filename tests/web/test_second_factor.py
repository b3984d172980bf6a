"""The second factor over HTTP and the socket: what a sign-in that waits opens, which is nothing."""

import httpx
import pytest
from sqlalchemy import Engine, text

import cma_app.cma_app
from cma_app.services.emergency_access import open_access
from cma_app.session import hash_token, open_session
from tests.people import PASSWORD, Cast
from tests.served import SHELL, Served, Socket
from tests.services.factors import DESK, Phone, enrol
from tests.web.calls import handlers

pytestmark = pytest.mark.database

ARRIVE = f"{SHELL}.arrive"
ENDED = "ended_rx_state_"
LINK_IDENTITY = "/sign-in/organisation/link"


def begin(served: Served, cast: Cast, who: str = "amina") -> str:
    """Give the right password and return the cookie of the sign-in that waits."""
    answer = served.post("/sign-in", identifier=cast.usernames[who], password=PASSWORD)
    assert answer.headers["location"] == "/sign-in/second"
    return cookie_of(answer)


def cookie_of(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"].split(";")[0]


class TestWhileItWaits:
    def test_no_event_is_accepted_and_no_page_opens(self, served: Served, cast: Cast):
        assert cma_app.cma_app.app
        phone = enrol(cast.amina)
        waiting = begin(served, cast)
        with Socket(served, waiting) as tab:
            heard = "".join(tab.open())
            for full in handlers().values():
                tab.post(full)
            tab.hear(ENDED, times=len(handlers()))
            heard += "".join(tab.frames)
        assert "Amina" not in heard
        for path in ("/", "/cases", "/sign-ins"):
            assert served.get(path, waiting).headers["location"].startswith("/sign-in/second")
        for path in ("/second-factor", "/second-factor/app", "/password"):
            assert served.get(path, waiting).headers["location"] == "/sign-in"
        assert served.get("/session", waiting).status_code == 401
        answer = served.post("/sign-in/second", waiting, code=phone.code())
        with Socket(served, cookie_of(answer)) as tab:
            assert "Amina Khan" in "".join(tab.open())

    def test_the_token_changes_and_the_old_one_is_dead(self, served: Served, cast: Cast):
        phone = enrol(cast.amina)
        waiting = begin(served, cast)
        planted = served.post(
            "/sign-in", waiting, identifier=cast.usernames["amina"], password=PASSWORD
        )
        assert cookie_of(planted) != waiting
        assert served.post("/sign-in/second", waiting, code=phone.code()).headers["location"] == (
            "/sign-in"
        )
        answer = served.post("/sign-in/second", cookie_of(planted), code=phone.code())
        assert answer.headers["location"] == "/"
        assert cookie_of(answer) != cookie_of(planted)
        assert served.get("/cases", cookie_of(planted)).headers["location"].startswith("/sign-in")
        assert served.get("/cases/", cookie_of(answer)).status_code == 200

    def test_a_wrong_code_says_one_thing_and_keeps_where_one_was_going(
        self, served: Served, cast: Cast
    ):
        enrol(cast.amina)
        waiting = begin(served, cast)
        said = [
            served.post("/sign-in/second", waiting, code=code, next="/cases").text
            for code in ("000000", "123", "aaaaa-bbbbb", "")
        ]
        assert len(set(said)) == 1
        assert 'value="/cases"' in said[0]

    def test_it_is_over_after_its_time(self, served: Served, cast: Cast, owner: Engine):
        phone = enrol(cast.amina)
        waiting = begin(served, cast)
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE sessions SET waits_until = now() - interval '1 second'"
                    " WHERE user_id = :id AND waits_until IS NOT NULL"
                ),
                {"id": cast.amina.user_id},
            )
        assert served.get("/sign-in/second", waiting).headers["location"] == "/sign-in"
        answer = served.post("/sign-in/second", waiting, code=phone.code())
        assert answer.headers["location"] == "/sign-in"
        assert "set-cookie" not in answer.headers

    def test_a_page_that_asks_in_place_is_told_in_its_own_words(self, served: Served, cast: Cast):
        phone = enrol(cast.amina)
        headers = {"Origin": served.origin, "Accept": "application/json"}
        typed = {"identifier": cast.usernames["amina"], "password": PASSWORD}
        first = httpx.post(f"{served.origin}/sign-in", data=typed, headers=headers)
        assert first.json()["waits"] == ["app"]
        headers["Cookie"] = cookie_of(first)
        there = f"{served.origin}/sign-in/second"
        wrong = httpx.post(there, data={"code": "000000"}, headers=headers)
        assert (wrong.status_code, list(wrong.json())) == (403, ["sentence"])
        right = httpx.post(there, data={"code": phone.code()}, headers=headers)
        assert right.json() == {
            "person": cast.amina.user_id,
            "must_change_password": False,
            "waits": [],
        }

    def test_of_whoever_is_not_signed_in_a_foreign_page_learns_nothing(
        self, served: Served, cast: Cast
    ):
        enrol(cast.amina)
        waiting = begin(served, cast)
        for path in ("/sign-in/second", "/sign-in/second/options", "/sign-in/passkey/options"):
            answer = httpx.post(
                f"{served.origin}{path}",
                headers={"Origin": "http://evil.example", "Cookie": waiting},
            )
            assert answer.status_code == 403
        assert served.post("/sign-in/second/options").status_code == 409


class TestWhoMustHaveOne:
    def test_sets_one_up_before_anything_opens(self, served: Served, cast: Cast, owner: Engine):
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE centres SET settings = :s WHERE id = :id"),
                {"s": '{"second_factor_roles": ["advisor"]}', "id": cast.ben.centre_id},
            )
        answer = served.post("/sign-in", identifier=cast.usernames["ben"], password=PASSWORD)
        assert answer.headers["location"] == "/second-factor"
        cookie = cookie_of(answer)
        with Socket(served, cookie) as tab:
            assert "Ben Ellis" not in "".join([*tab.open(), *tab.send(ARRIVE)])
        assert served.get("/cases", cookie).headers["location"] == "/second-factor"
        assert served.post(LINK_IDENTITY, cookie).headers["location"] == "/second-factor"
        page = served.get("/second-factor/app", cookie).text
        phone = Phone(page.split('class="factor-key">')[1].split("<")[0].replace(" ", ""))
        assert page.count("data:image/svg") == 1
        wrong = served.post("/second-factor/app", cookie, code="000000", name="Phone")
        assert wrong.status_code == 422
        done = served.post("/second-factor/app", cookie, code=phone.code(), name="Phone")
        assert done.text.count("<li>") == 10
        assert served.get("/cases/", cookie).status_code == 200
        assert served.get("/second-factor/app", cookie).status_code == 200


class TestChangingIt:
    @pytest.mark.parametrize("what", ["app", "passkey", "codes"])
    def test_asks_again_who_it_is(self, served: Served, cast: Cast, owner: Engine, what: str):
        cookie = served.sign_in(cast, "ben")
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE sessions SET created_at = now() - interval '16 minutes'"
                    " WHERE user_id = :id"
                ),
                {"id": cast.ben.user_id},
            )
        there = f"/second-factor/{what}"
        first = f"/second-factor/prove?next={there}"
        for answer in (served.get(there, cookie), served.post(there, cookie, code="000000")):
            assert answer.headers["location"] == first
        linking = served.post(LINK_IDENTITY, cookie)
        assert linking.headers["location"] == "/second-factor/prove?next=/sign-ins"
        prove = "/second-factor/prove"
        assert served.post(prove, cookie, password="wrong", next=there).status_code == 422
        answer = served.post(prove, cookie, password=PASSWORD, next=there)
        assert answer.headers["location"] == there
        for evil in ("//evil.example", "https://evil.example", "/second-factor/../x", ""):
            answer = served.post(prove, cookie, password=PASSWORD, next=evil)
            assert answer.headers["location"] == "/sign-ins"

    def test_shows_a_page_with_no_script_but_ours(self, served: Served, cast: Cast):
        cookie = served.sign_in(cast, "ben")
        for path, script in (
            ("/second-factor", None),
            ("/second-factor/app", None),
            ("/second-factor/passkey", "script-src 'self';"),
        ):
            policy = served.get(path, cookie).headers["content-security-policy"]
            assert "unsafe" not in policy
            assert (script in policy) if script else ("script-src" not in policy)

    def test_waits_while_an_admin_looks_at_another_centre(
        self, served: Served, cast: Cast, owner: Engine
    ):
        phone = enrol(cast.root)
        begun = begin(served, cast, "root")
        cookie = cookie_of(served.post("/sign-in/second", begun, code=phone.code()))
        with open_session(hash_token(cookie.split("=", 1)[1]), DESK) as session:
            said = {"kind": "cover", "reason": "Nobody of Brook answers", "minutes": "15"}
            open_access(session, cast.colin.centre_id, said)
        paths = [
            "/second-factor",
            *(f"/second-factor/{each}" for each in ("prove", "app", "codes")),
        ]
        for path in paths:
            for answer in (served.get(path, cookie), served.post(path, cookie, code="000000")):
                assert answer.status_code in {303, 405}, (path, answer.text)
                if answer.status_code == 303:
                    assert answer.headers["location"] == "/", path
        assert served.post("/second-factor/prove/options", cookie).status_code == 409
