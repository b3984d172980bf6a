"""What every request must carry, and every answer does."""

import re

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.people import PASSWORD, Cast
from tests.served import Served, Socket

pytestmark = pytest.mark.database

NEXT = [
    "//evil.example",
    "///evil.example",
    "////evil.example/%2e%2e",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "https://evil.example/",
    "HTTPS://EVIL.EXAMPLE/",
    "https:evil.example",
    "https:/evil.example",
    "http:evil.example",
    "http://localhost@evil.example/",
    "http://localhost.evil.example/cases",
    "ftp://evil.example",
    "//localhost@evil.example",
    "//evil.example/cases",
    "//evil.example#/cases",
    "//evil.example?/cases",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "/%2f%2fevil.example",
    "/%2F/evil.example",
    "/%5cevil.example",
    "%2f%2fevil.example",
    "%68ttps://evil.example",
    "/cases/../..//evil.example",
    "/cases/%2e%2e//evil.example",
    "/..//evil.example",
    "/./\\evil.example",
    "/\tevil",
    "/\t/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/cases\r\nLocation: //evil.example",
    "\u2044\u2044evil.example",
    "/\u3002evil.example",
    "\uff0f\uff0fevil.example",
    "@evil.example",
    ".evil.example",
    "/sign-in",
    "/sign-out",
    "/password",
    "/forgotten",
    "/invitation",
    "/_event",
    "/nowhere",
    " /",
    "",
    ".",
    "/" + "x" * 500,
]
"""Where a sign-in may not lead: off the site by any spelling, or to what is no page of ours."""


def foreign(served: Served) -> list[str | None]:
    """Origins that are not ours, the near misses among them."""
    own = f"localhost:{served.port}"
    return [
        None,
        "null",
        "https://evil.example",
        f"http://{own}.evil.example",
        f"http://evil-{own}",
        f"http://localhost:{served.port + 1}",
        "http://localhost",
        f"https://{own}",
        f"http://{own}/",
        f"HTTP://{own}",
        f"http://localhost@{own}",
        f"http://{own}#{own}",
        f"http://{own}, http://{own}",
        f"http://[::1]:{served.port}",
    ]


class TestOrigins:
    def test_there_are_a_dozen_ways_of_being_foreign(self, served: Served):
        assert len(set(foreign(served))) >= 12

    def test_a_socket_from_elsewhere_is_refused(self, served: Served, cast: Cast):
        cookie = served.sign_in(cast, "amina")
        for origin in foreign(served):
            with pytest.raises(InvalidStatus), Socket(served, cookie, origin=origin):
                pass

    def test_a_post_from_elsewhere_is_refused(self, served: Served, cast: Cast):
        cookie = served.sign_in(cast, "amina")
        for path in ("/sign-in", "/sign-out", "/password", "/session/extend", "/"):
            for origin in foreign(served):
                headers = {"Cookie": cookie} | ({"Origin": origin} if origin else {})
                answer = httpx.post(f"{served.origin}{path}", headers=headers, data={"a": "b"})
                assert answer.status_code in {400, 403}, (path, origin)
        assert served.get("/session", cookie).status_code == 200

    def test_no_answer_allows_a_foreign_origin(self, served: Served):
        for origin in foreign(served):
            headers = {"Origin": origin} if origin else {}
            answer = served.get("/style.css", **headers)
            assert answer.headers.get("access-control-allow-origin") in {None}, origin

    def test_an_unknown_host_is_refused(self, served: Served):
        assert served.get("/sign-in", Host="evil.example").status_code == 421
        rebound = Served(served.port, served.log, name="evil.example")
        with pytest.raises(InvalidStatus), Socket(rebound, origin=served.origin):
            pass

    def test_polling_is_not_spoken(self, served: Served):
        assert served.get("/_event/?EIO=4&transport=polling").status_code == 404


class TestClosedAddresses:
    @pytest.mark.parametrize(
        "path", ["/_upload", "/_upload/", "/_upload/x.pdf", "/ping", "/_health"]
    )
    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
    def test_answer_404_to_every_method(self, served: Served, cast: Cast, path: str, method: str):
        headers = {"Origin": served.origin, "Cookie": served.sign_in(cast, "amina")}
        answer = httpx.request(method, f"{served.origin}{path}", headers=headers)
        assert answer.status_code == 404
        assert answer.text in {"", "Not found"}


class TestHeaders:
    @pytest.mark.parametrize("path", ["/", "/sign-in", "/password", "/nowhere"])
    def test_every_page_has_a_strict_policy(self, served: Served, cast: Cast, path: str):
        cookie = "" if path == "/sign-in" else served.sign_in(cast, "amina")
        answer = served.get(path, cookie)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert "base-uri 'none'" in policy
        assert "*" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "camera=()" in answer.headers["permissions-policy"]

    def test_pages_made_here_run_one_file_of_ours_at_most(self, served: Served, cast: Cast):
        answer = served.get("/sign-in")
        assert "script-src 'self';" in answer.headers["content-security-policy"]
        assert re.findall(r"<script[^>]*>", answer.text) == [
            '<script type="module" src="/passkeys.js">'
        ]
        plain = served.get("/password", served.sign_in(cast, "amina"))
        assert "script-src" not in plain.headers["content-security-policy"]
        assert "<script" not in plain.text

    def test_nothing_is_loaded_from_another_host(self, served: Served, cast: Cast):
        cookie = served.sign_in(cast, "amina")
        for path in ("/", "/sign-in"):
            page = served.get(path, cookie if path == "/" else "").text
            assert re.findall(r"(?:src|href)=\"(?:https?:)?//", page) == []

    def test_what_is_named_by_its_content_is_kept_for_long(self, served: Served, cast: Cast):
        page = served.get("/", served.sign_in(cast, "amina")).text
        script = re.search(r"/assets/entry[^\"]+\.js", page)
        assert script is not None
        assert "immutable" in served.get(script[0]).headers["cache-control"]

    def test_what_is_not_there_is_not_kept(self, served: Served):
        answer = served.get("/assets/not-yet-here.js")
        assert answer.status_code == 404
        assert "immutable" not in answer.headers["cache-control"]


class TestSignIn:
    def test_leads_to_the_page_that_was_asked_for(self, served: Served, cast: Cast):
        asked = served.get("/not-found?a=b")
        assert asked.headers["location"] == "/sign-in?next=%2Fnot-found%3Fa%3Db"
        answer = served.post(
            "/sign-in", identifier=cast.usernames["amina"], password=PASSWORD, next="/not-found?a=b"
        )
        assert answer.headers["location"] == "/not-found?a=b"

    def test_never_leads_off_the_site(self, served: Served, cast: Cast):
        assert len(set(NEXT)) > 40
        name = cast.usernames["amina"]
        for there in NEXT:
            answer = served.post("/sign-in", identifier=name, password=PASSWORD, next=there)
            assert answer.headers["location"] == "/", there
        cookie = served.sign_in(cast, "amina")
        for there in NEXT:  # and for who is signed in already
            asked = httpx.get(
                f"{served.origin}/sign-in", params={"next": there}, headers={"Cookie": cookie}
            )
            assert asked.headers["location"] == "/", there

    def test_a_failure_keeps_the_name_and_not_the_password(self, served: Served):
        answer = served.post("/sign-in", identifier='nobody"><b>', password="pass-canary")
        assert answer.status_code == 403
        assert "nobody&quot;&gt;&lt;b&gt;" in answer.text
        assert "pass-canary" not in answer.text
        assert "<title>Error: Sign in" in answer.text
        assert "set-cookie" not in answer.headers

    def test_a_name_with_a_nul_is_no_name(self, served: Served):
        answer = served.post("/sign-in", identifier="no\x00body", password="wrong one")
        assert answer.status_code == 403

    def test_unknown_and_known_people_read_the_same(self, served: Served, cast: Cast):
        known = served.post("/sign-in", identifier=cast.usernames["ben"], password="wrong one")
        unknown = served.post("/sign-in", identifier="nobody-at-all", password="wrong one")
        swap = known.text.replace(cast.usernames["ben"], "nobody-at-all")
        assert swap == unknown.text
        assert known.status_code == unknown.status_code

    def test_the_cookie_is_out_of_reach_of_scripts(self, served: Served, cast: Cast):
        answer = served.post("/sign-in", identifier=cast.usernames["amina"], password=PASSWORD)
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie

    def test_signing_in_again_ends_the_sign_in_before(self, served: Served, cast: Cast):
        old = served.sign_in(cast, "amina")
        served.post("/sign-in", cookie=old, identifier=cast.usernames["amina"], password=PASSWORD)
        assert served.get("/session", old).status_code == 401

    def test_a_large_post_is_refused(self, served: Served):
        assert served.post("/sign-in", identifier="x" * 70_000).status_code == 413


class TestSession:
    def test_asking_what_is_left_does_not_lengthen_it(self, served: Served, cast: Cast):
        cookie = served.sign_in(cast, "amina")
        first = served.get("/session", cookie).json()["seconds"]
        assert 0 < first <= 30 * 60
        assert served.get("/session", cookie).json()["seconds"] <= first

    def test_staying_signed_in_does(self, served: Served, cast: Cast):
        cookie = served.sign_in(cast, "amina")
        assert served.post("/session/extend", cookie).json()["seconds"] > 29 * 60

    def test_nobody_has_nothing_left(self, served: Served):
        assert served.get("/session").status_code == 401
        assert served.post("/session/extend").status_code == 401


class TestPages:
    def test_an_address_needs_no_slash_and_gets_no_detour(self, served: Served, cast: Cast):
        assert served.get("/not-found", served.sign_in(cast, "amina")).status_code == 200

    def test_an_unknown_address_is_404(self, served: Served, cast: Cast):
        answer = served.get("/nowhere", served.sign_in(cast, "amina"))
        assert answer.status_code == 404
        assert "text/html" in answer.headers["content-type"]
