"""The pages behind links: looked at as often as a mail guard likes, used once, telling nothing."""

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text
from starlette.applications import Starlette

from cma_app.services import account_links as service
from cma_app.services import users
from cma_app.services.sign_in import sign_in as signs_in
from cma_app.settings import settings
from cma_app.web import account_links, sign_in
from cma_app.web.security import Walls
from tests.mail_server import MailServer, mail_server
from tests.people import Cast
from tests.served import Served
from tests.services.test_account_links import HERE, NEW, address_in, send
from tests.services.test_users import nell, person

pytestmark = pytest.mark.database

Asking = Callable[[httpx.AsyncClient], Awaitable[Any]]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def here(ask: Asking, host: str = "") -> Any:
    """Do something with a client of the pages, which are served in this process with mail on."""
    app = Walls(Starlette(routes=[*sign_in.ROUTES, *account_links.ROUTES]))
    own = settings().allowed_origins[0]

    async def run() -> Any:
        way = httpx.ASGITransport(app=app)
        headers = {"Origin": own} | ({"Host": host} if host else {})
        async with httpx.AsyncClient(transport=way, base_url=own, headers=headers) as client:
            return await ask(client)

    return asyncio.run(run())


def looked_up() -> None:
    """Wait until everybody who was asked for has been looked up."""
    account_links._ASKING.submit(lambda: None).result(20)


@pytest.fixture
def link(cast: Cast, server: MailServer) -> str:
    """The path of an invitation's link, as its letter has it."""
    with cast.open(cast.maria) as session:
        users.invite(session, person(nell(cast)))
    send(cast)
    return address_in(server.letters[-1]).removeprefix(settings().allowed_origins[0])


def form(path: str, new: str = NEW, again: str = "") -> dict[str, str]:
    return {"t": path.partition("?t=")[2], "new": new, "again": again or new}


class TestForgotten:
    def test_the_same_answer_for_somebody_and_for_nobody(
        self, cast: Cast, server: MailServer, owner: Engine
    ) -> None:
        async def ask(client: httpx.AsyncClient) -> list[httpx.Response]:
            names = (cast.usernames["ben"], f"nobody{cast.ben.user_id}", "' OR 1=1 --\x00")
            return [await client.post("/forgotten", data={"identifier": name}) for name in names]

        answers = here(ask)
        assert len({(each.status_code, each.text) for each in answers}) == 1
        assert "Look into your mail" in answers[0].text
        looked_up()
        send(cast)
        assert [each["To"] for each in server.letters] == [f"{cast.usernames['ben']}@example.org"]

    def test_the_answer_is_out_before_anybody_is_looked_up(
        self, cast: Cast, server: MailServer, monkeypatch: pytest.MonkeyPatch, owner: Engine
    ) -> None:
        """So it takes as long for nobody as for somebody, whatever the looking up takes."""
        answered, looks_up = threading.Event(), service.ask_for_reset

        def late(*args: Any) -> None:
            assert answered.wait(20)
            looks_up(*args)

        monkeypatch.setattr(service, "ask_for_reset", late)
        name = {"identifier": cast.usernames["ben"]}
        assert here(lambda client: client.post("/forgotten", data=name)).status_code == 200
        answered.set()
        looked_up()
        with owner.begin() as connection:
            made = connection.execute(
                text("SELECT count(*) FROM account_links WHERE user_id = :id"),
                {"id": cast.ben.user_id},
            ).scalar_one()
        assert made == 1

    def test_a_flood_is_answered_and_let_drop(
        self, server: MailServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answered = threading.Event()
        asked: list[str] = []

        def late(name: str, _origin: Any) -> None:
            assert answered.wait(20)
            asked.append(name)

        monkeypatch.setattr(service, "ask_for_reset", late)

        async def flood(client: httpx.AsyncClient) -> set[int]:
            posts = [client.post("/forgotten", data={"identifier": "x"}) for _ in range(80)]
            return {each.status_code for each in await asyncio.gather(*posts)}

        assert here(flood) == {200}
        answered.set()
        looked_up()
        assert len(asked) == 50

    def test_says_what_is_missing_beside_the_box(self, server: MailServer) -> None:
        answer = here(lambda client: client.post("/forgotten", data={"identifier": " "}))
        assert answer.status_code == 422
        assert 'id="identifier-error"' in answer.text

    def test_without_mail_it_says_whom_to_ask(self, served: Served) -> None:
        for answer in (served.get("/forgotten"), served.post("/forgotten", identifier="x")):
            assert "ask your manager for a one-time password" in answer.text
        assert 'href="/forgotten"' in served.get("/sign-in").text


class TestLink:
    def test_looking_does_not_use_it_up_and_posting_does(
        self, cast: Cast, link: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        async def go(client: httpx.AsyncClient) -> dict[str, httpx.Response]:
            looks = [await client.get(link) for _ in range(3)] + [await client.head(link)]
            assert {each.status_code for each in looks} == {200}
            odd = await client.post("/invitation", data=form(link, NEW, "another kettle"))
            bad = await client.post("/invitation", data=form(link, "passwordpassword"))
            good = await client.post("/invitation", data=form(link))
            used = await client.post("/invitation", data=form(link))
            never = await client.get(f"/invitation?t={'x' * 43}")
            gone, none = await client.get(link), await client.get("/invitation")
            return {
                "look": looks[0],
                "odd": odd,
                "bad": bad,
                "good": good,
                "used": used,
                "never": never,
                "gone": gone,
                "none": none,
            }

        came = here(go)
        look = came["look"]
        assert look.headers["referrer-policy"] == "strict-origin"
        assert look.headers["cache-control"] == "no-store"
        assert "script-src" not in look.headers["content-security-policy"]
        assert "<script" not in look.text
        assert nell(cast) in look.text
        assert "set-cookie" not in came["good"].headers
        assert came["odd"].status_code == came["bad"].status_code == 422
        assert "The two passwords are not the same." in came["odd"].text
        assert "tried first" in came["bad"].text
        assert "Your password is set" in came["good"].text
        assert signs_in(nell(cast), NEW, HERE).actor.name == "Nell Ward"
        dead = [came[name] for name in ("used", "never", "gone", "none")]
        assert {(each.status_code, each.text) for each in dead} == {(404, dead[0].text)}
        assert "send the invitation again" in dead[0].text
        printed = capfd.readouterr()
        assert form(link)["t"] not in printed.out + printed.err

    def test_nothing_but_the_stylesheet_and_our_own_pages_is_named_in_it(self, link: str) -> None:
        page = here(lambda client: client.get(link)).text
        named = re.findall(r'(?:href|src|action)="([^"]+)"', page)
        assert set(named) == {"/style.css", "/font.css", "/icon.svg", "/invitation"}

    def test_a_post_from_elsewhere_and_a_foreign_host_are_refused(self, link: str) -> None:
        async def go(client: httpx.AsyncClient) -> tuple[int, int]:
            client.headers["Origin"] = "https://evil.example"
            crossed = await client.post("/invitation", data=form(link))
            client.headers["Origin"] = "null"
            hidden = await client.post("/invitation", data=form(link))
            return crossed.status_code, hidden.status_code

        assert here(go) == (403, 403)
        assert here(lambda client: client.get(link), host="evil.example").status_code == 421
        assert here(lambda client: client.get(link)).status_code == 200

    def test_the_letters_address_is_the_settings_own(self, cast: Cast, server: MailServer) -> None:
        async def go(client: httpx.AsyncClient) -> httpx.Response:
            other = {"Host": settings().allowed_origins[1].removeprefix("http://")}
            name = {"identifier": cast.usernames["ben"]}
            return await client.post("/forgotten", data=name, headers=other)

        assert here(go).status_code == 200
        looked_up()
        send(cast)
        (letter,) = server.letters
        assert address_in(letter).startswith(f"{settings().allowed_origins[0]}/new-password?t=")
        assert "Whitmore" not in letter.as_string()
