"""A certified provider as the peer: linked once, in by it from then on, and out at both."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx
import pytest

from cma_app.identity.asking import try_connection
from cma_app.services.identities import issue_code, own_identity
from cma_app.services.identity_providers import keep_provider
from tests.npm_provider import CLIENT_ID, CLIENT_SECRET, NpmProvider, npm_provider
from tests.people import PASSWORD, Cast
from tests.served import Served

pytestmark = pytest.mark.database

START = "/sign-in/organisation"


@pytest.fixture(scope="module")
def peer(served: Served) -> Iterator[NpmProvider]:
    with npm_provider(served.origin) as provider:
        yield provider


@pytest.fixture
def browser(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(headers={"Origin": served.origin}, timeout=20) as client:
        yield client


def set_up(cast: Cast, peer: NpmProvider, passwords: str = "beside") -> None:
    answers = {
        "issuer": peer.issuer,
        "application_id": CLIENT_ID,
        "application_secret": CLIENT_SECRET,
        "passwords": passwords,
        "is_active": "on",
    }
    with cast.open(cast.root) as session:
        keep_provider(session, cast.root.centre_id, answers, version=0)


def onward(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.headers["refresh"].partition("url=")[2]


def through(browser: httpx.Client, served: Served, there: str, name: str) -> httpx.Response:
    """Walk through the provider's pages as a person of that name, back to our answer."""
    answer = browser.get(there)
    for _ in range(20):
        if answer.is_redirect:
            there = urljoin(str(answer.url), answer.headers["location"])
            answer = browser.get(there)
            if there.startswith(served.origin):
                return answer
            continue
        form = re.search(r'action="([^"]+)"', answer.text)
        asked = re.search(r'name="prompt" value="(\w+)"', answer.text)
        assert form is not None, answer.text
        assert asked is not None, answer.text
        typed = {"prompt": asked[1]}
        if asked[1] == "login":
            typed |= {"login": name, "password": "any"}
        answer = browser.post(urljoin(str(answer.url), form[1]), data=typed)
    raise AssertionError("the provider led nowhere")


def begin(browser: httpx.Client, served: Served, cast: Cast) -> str:
    typed = {"code": cast.ben.centre_code, "next": "/cases"}
    return onward(browser.post(f"{served.origin}{START}", data=typed))


def test_what_it_says_of_itself_is_enough(peer: NpmProvider) -> None:
    tried = try_connection(peer.issuer)
    assert (tried.algorithms, tried.signs_out) == (("RS256",), True)
    assert tried.keys >= 1


def test_a_person_links_signs_out_at_both_and_comes_back_by_it(
    served: Served, cast: Cast, peer: NpmProvider, browser: httpx.Client
) -> None:
    set_up(cast, peer)
    typed = {"identifier": cast.usernames["ben"], "password": PASSWORD}
    browser.post(f"{served.origin}/sign-in", data=typed)
    there = onward(browser.post(f"{served.origin}{START}/link"))
    linked = through(browser, served, there, "ben-at-the-organisation")
    assert (linked.status_code, linked.headers["location"]) == (303, "/sign-ins")
    with cast.open(cast.ben) as session:
        assert own_identity(session).linked_at is not None
    browser.post(f"{served.origin}/sign-out")

    back = through(browser, served, begin(browser, served, cast), "ben-at-the-organisation")
    assert (back.status_code, back.headers["location"]) == (303, "/cases")
    assert browser.get(f"{served.origin}/session").status_code == 200

    leaving = onward(browser.post(f"{served.origin}/sign-out"))
    assert leaving.startswith(f"{peer.issuer}/session/end?")
    assert "id_token_hint=" in leaving
    assert browser.get(f"{served.origin}/session").status_code == 401
    page = browser.get(leaving).text
    secret = re.search(r'name="xsrf" value="(\w+)"', page)
    form = re.search(r'action="([^"]+)"', page)
    assert secret is not None, page
    assert form is not None, page
    ended = browser.post(form[1], data={"xsrf": secret[1], "logout": "yes"})
    assert ended.headers["location"].startswith(f"{served.origin}/sign-in")
    asked = browser.get(begin(browser, served, cast), follow_redirects=True)
    assert 'name="login"' in asked.text  # there too nobody is signed in


def test_who_is_not_linked_needs_a_code_from_the_manager(
    served: Served, cast: Cast, peer: NpmProvider, browser: httpx.Client
) -> None:
    set_up(cast, peer, passwords="instead")
    typed = {"identifier": cast.usernames["tess"], "password": PASSWORD}
    assert browser.post(f"{served.origin}/sign-in", data=typed).status_code == 403
    answer = through(browser, served, begin(browser, served, cast), "tess-there")
    assert answer.status_code == 403
    assert "not linked to an account here yet" in answer.text
    assert browser.get(f"{served.origin}/session").status_code == 401
    with cast.open(cast.maria) as session:
        code = issue_code(session, cast.tess.user_id).code
    wrong = browser.post(f"{served.origin}{START}/code", data={"linking_code": "abcde"})
    assert (wrong.status_code, "not right" in wrong.text) == (403, True)
    spoken = f" {code.upper().replace('-', ' ')} "
    linked = browser.post(f"{served.origin}{START}/code", data={"linking_code": spoken})
    assert (linked.status_code, linked.headers["location"]) == (303, "/cases")
    browser.cookies.delete("cma")
    back = through(browser, served, begin(browser, served, cast), "tess-there")
    assert back.headers["location"] == "/cases"


def test_who_turns_back_there_is_not_signed_in_here(
    served: Served, cast: Cast, peer: NpmProvider, browser: httpx.Client
) -> None:
    set_up(cast, peer)
    page = browser.get(begin(browser, served, cast), follow_redirects=True)
    abort = re.search(r'href="([^"]+/abort)"', page.text)
    assert abort is not None, page.text
    answer = browser.get(urljoin(str(page.url), abort[1]))
    while answer.is_redirect:
        answer = browser.get(urljoin(str(answer.url), answer.headers["location"]))
    assert answer.status_code == 403
    assert "Your organisation did not sign you in" in answer.text
    assert browser.get(f"{served.origin}/session").status_code == 401


def test_a_wrong_secret_opens_nothing(
    served: Served, cast: Cast, peer: NpmProvider, browser: httpx.Client
) -> None:
    set_up(cast, peer)
    with cast.open(cast.root) as session:
        answers = {
            "issuer": peer.issuer,
            "application_id": CLIENT_ID,
            "application_secret": "another",
            "is_active": "on",
        }
        keep_provider(session, cast.root.centre_id, answers, version=1)
    answer = through(browser, served, begin(browser, served, cast), "anybody")
    assert answer.status_code == 403
    assert browser.get(f"{served.origin}/session").status_code == 401
