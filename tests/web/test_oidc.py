"""A provider that lies gets nobody in: each forged answer is no session and one calm page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from sqlalchemy import Engine, text

from cma_app.keys import encrypt_field
from cma_app.services.single_sign_on import secret_place
from tests.hostile_provider import (
    ACCESS_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    CODE,
    SUBJECT,
    Answer,
    HostileProvider,
    Lie,
    as_json,
    by,
    hostile_provider,
    out,
    packed,
    put,
)
from tests.people import Cast, make_cast
from tests.served import Served

pytestmark = [
    pytest.mark.database,
]

START = "/sign-in/organisation"
BACK = f"{START}/back"
NUMBER = 7340
DEEP = b'{"id_token":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
HUGE = b" " * 2_000_000 + b"{}"
FOREIGN_HOST = "http://provider.example/keys"

FORGED = {
    # whose token it is, and for whom
    "iss of another": Lie(put(iss="https://other.example")),
    "iss with one sign more": Lie(lambda said: said.update(iss=said["iss"] + "/")),
    "iss as a list": Lie(lambda said: said.update(iss=[said["iss"]])),
    "iss missing": Lie(out("iss")),
    "aud of another": Lie(put(aud="another-client")),
    "aud of another, azp is us": Lie(put(aud="another-client", azp=CLIENT_ID)),
    "aud a list of another, azp is us": Lie(put(aud=["another-client"], azp=CLIENT_ID)),
    "aud two, azp is us": Lie(put(aud=[CLIENT_ID, "another-client"], azp=CLIENT_ID)),
    "aud two, no azp": Lie(put(aud=[CLIENT_ID, "another-client"])),
    "aud nearly us": Lie(put(aud=CLIENT_ID.upper())),
    "aud empty": Lie(put(aud=[])),
    "aud an object": Lie(put(aud={CLIENT_ID: True})),
    "aud missing": Lie(out("aud")),
    "azp another": Lie(put(azp="another-client")),
    # when
    "expired": Lie(by(exp=-120, iat=-300)),
    "exp missing": Lie(out("exp")),
    "exp a word": Lie(put(exp="9999999999")),
    "exp true": Lie(put(exp=True)),
    "iat to come": Lie(by(iat=900, exp=1200)),
    "iat of an hour ago": Lie(by(iat=-3600)),
    "iat missing": Lie(out("iat")),
    "nbf to come": Lie(by(nbf=900)),
    # in answer to what
    "nonce of another": Lie(put(nonce="another")),
    "nonce missing": Lie(out("nonce")),
    "nonce a number": Lie(put(nonce=7)),
    "nonce empty, not supported": Lie(put(nonce="", nonce_supported=False)),
    "at_hash of another": Lie(put(at_hash="AAAAAAAAAAAAAAAAAAAAAA")),
    # who
    "sub missing": Lie(out("sub")),
    "sub empty": Lie(put(sub="")),
    "sub a space": Lie(put(sub=" ")),
    "sub a number": Lie(put(sub=7)),
    "sub a list": Lie(put(sub=[SUBJECT])),
    "sub an object": Lie(put(sub={"id": SUBJECT})),
    "sub too long": Lie(put(sub="x" * 256)),
    "sub with a zero byte": Lie(put(sub=f"{SUBJECT}\x00")),
    "sub in capitals": Lie(put(sub=SUBJECT.upper())),
    "sub of nobody, our e-mail": Lie(put(sub="nobody", email=f"ben{NUMBER}@example.org")),
    # signed by whom
    "alg none": Lie(header={"alg": "none"}, sign="none"),
    "alg None in capitals": Lie(header={"alg": "NONE"}, sign="none"),
    "alg missing": Lie(header={"alg": None}, sign="none"),
    "alg HS256 with the public key": Lie(header={"alg": "HS256"}, sign="public_key"),
    "alg HS256 with the secret": Lie(header={"alg": "HS256"}, sign="client_secret"),
    "no signature": Lie(sign="none"),
    "signed by a stranger": Lie(sign="foreign"),
    "signed another text": Lie(sign="another_text"),
    "kid of another key": Lie(header={"kid": "second"}),
    "kid of no key": Lie(header={"kid": "foreign"}, sign="foreign"),
    "kid a list": Lie(header={"kid": ["own"]}),
    "kid missing among two keys": Lie(header={"kid": None}),
    "jku of a stranger": Lie(header={"kid": "foreign", "jku": FOREIGN_HOST}, sign="foreign"),
    "x5u of a stranger": Lie(header={"x5u": FOREIGN_HOST}, sign="foreign"),
    "crit": Lie(header={"crit": ["exp"]}),
    # what the token endpoint answers
    "no id_token": Lie(answer=lambda said: Answer(as_json({"access_token": ACCESS_TOKEN}))),
    "id_token null": Lie(answer=lambda said: Answer(as_json({**said, "id_token": None}))),
    "id_token a number": Lie(answer=lambda said: Answer(as_json({**said, "id_token": 7}))),
    "id_token empty": Lie(answer=lambda said: Answer(as_json({**said, "id_token": ""}))),
    "id_token no token": Lie(answer=lambda said: Answer(as_json({**said, "id_token": "a.b.c"}))),
    "only claims": Lie(answer=lambda said: Answer(as_json({"userinfo": {"sub": SUBJECT}}))),
    "token endpoint says no": Lie(
        answer=lambda said: Answer(as_json({"error": "invalid_grant", **said}), 400)
    ),
    "token endpoint fails": Lie(answer=lambda said: Answer(b"<h1>oh</h1>", 500)),
    "an error with a token": Lie(answer=lambda said: Answer(as_json({"error": "x", **said}))),
    "token endpoint redirects": Lie(
        answer=lambda said: Answer(b"", 307, {"location": "/iss%20of%20another/token"})
    ),
    "an answer too large": Lie(answer=lambda said: Answer(HUGE)),
    "an answer packed": Lie(answer=packed),
    "an answer without end": Lie(answer=lambda said: Answer(DEEP)),
    "an answer that is a list": Lie(answer=lambda said: Answer(as_json([said]))),
    "an answer of nothing": Lie(answer=lambda said: Answer(b"")),
    # what it says of itself
    "metadata of another issuer": Lie(metadata=put(issuer="https://other.example")),
    "metadata with one sign more": Lie(metadata=lambda it: it.update(issuer=it["issuer"] + "/")),
    "metadata without an issuer": Lie(metadata=out("issuer")),
    "metadata signs with none": Lie(
        metadata=put(id_token_signing_alg_values_supported=["none", "HS256"])
    ),
    "metadata without PKCE": Lie(metadata=put(code_challenge_methods_supported=["plain"])),
    "metadata without code": Lie(metadata=put(response_types_supported=["id_token"])),
    "metadata with keys in the clear": Lie(metadata=put(jwks_uri=FOREIGN_HOST)),
    "metadata with tokens in the clear": Lie(metadata=put(token_endpoint=FOREIGN_HOST)),
    "metadata with a script": Lie(metadata=put(authorization_endpoint="javascript:alert(1)")),
    "metadata with a file": Lie(metadata=put(jwks_uri="file:///etc/passwd")),
    "metadata redirects": Lie(
        metadata_answer=Answer(b"", 302, {"location": "/x/.well-known/openid-configuration"})
    ),
    "metadata too large": Lie(metadata_answer=Answer(HUGE)),
    "metadata a list": Lie(metadata_answer=Answer(b"[]")),
    "metadata a page": Lie(metadata_answer=Answer(b"<html>")),
    "metadata fails": Lie(metadata_answer=Answer(b"{}", 500)),
    # its keys
    "no keys": Lie(keys=[]),
    "keys that are secrets": Lie(
        keys_answer=Answer(as_json({"keys": [{"kty": "oct", "kid": "own", "k": "AAAA"}]}))
    ),
    "keys that are broken": Lie(
        keys_answer=Answer(as_json({"keys": [{"kty": "RSA", "kid": "own", "n": 7}, None]}))
    ),
    "keys redirect": Lie(keys_answer=Answer(b"", 302, {"location": "/x/keys"})),
    "keys too large": Lie(keys_answer=Answer(HUGE)),
    # what the browser comes back with
    "it says no": Lie(returns=lambda said: (said.pop("code"), said.update(error="access_denied"))),
    "it says an error and a code": Lie(returns=put(error="server_error")),
    "an error with a script": Lie(
        returns=put(error="x", error_description="<script>alert(1)</script>")
    ),
    "state of another": Lie(returns=put(state="another")),
    "state missing": Lie(returns=out("state")),
    "state empty": Lie(returns=put(state="")),
    "code missing": Lie(returns=out("code")),
    "code too long": Lie(returns=put(code="x" * 3000)),
    "iss of another in the answer": Lie(returns=put(iss="https://other.example")),
    "iss promised and missing": Lie(
        metadata=put(authorization_response_iss_parameter_supported=True)
    ),
}
"""Each way to lie, by its name."""


@dataclass
class Browser:
    """A browser's cookies, and our app."""

    served: Served
    client: httpx.Client

    def begin(self, code: str, following: str = "/cases") -> httpx.Response:
        return self.client.post(
            f"{self.served.origin}{START}",
            data={"code": code, "next": following},
            headers={"Origin": self.served.origin},
        )

    def come_back(self, said: dict[str, str]) -> httpx.Response:
        return self.client.get(f"{self.served.origin}{BACK}?{urlencode(said)}")


@dataclass
class Scene:
    """Ashdown signs in at the provider; Ben is linked there."""

    owner: Engine
    cast: Cast
    provider: HostileProvider
    served: Served
    browsers: list[Browser] = field(default_factory=list)

    def __post_init__(self) -> None:
        centre = self.cast.ben.centre_id
        with self.owner.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO identity_providers (centre_id, issuer, application_id,"
                    " application_secret, is_active) VALUES (:centre, '', :client, :secret, true)"
                ),
                {
                    "centre": centre,
                    "client": CLIENT_ID,
                    "secret": encrypt_field(CLIENT_SECRET, context=secret_place(centre)),
                },
            )
            connection.execute(
                text(
                    "INSERT INTO identities (centre_id, user_id, issuer, subject)"
                    " VALUES (:centre, :user, '', :subject)"
                ),
                {"centre": centre, "user": self.cast.ben.user_id, "subject": SUBJECT},
            )

    def tells(self, name: str, lie: Lie, **set_: object) -> str:
        """Let the centre's provider be the one that tells this lie; return its path there."""
        path = re.sub(r"\W+", "-", name)
        issuer = self.provider.issuer(path, lie)
        asked = {"issuer": issuer, "centre": self.cast.ben.centre_id}
        wanted = {"max_age_minutes": None, "acr": None, "passwords": "beside", **set_}
        with self.owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE identity_providers SET issuer = :issuer, acr = :acr,"
                    " max_age_minutes = :max_age_minutes, passwords = :passwords"
                    " WHERE centre_id = :centre"
                ),
                {**asked, **wanted},
            )
            connection.execute(
                text("UPDATE identities SET issuer = :issuer WHERE centre_id = :centre"), asked
            )
        return path

    def sessions(self) -> int:
        with self.owner.connect() as connection:
            return connection.execute(
                text("SELECT count(*) FROM sessions WHERE centre_id = :c AND revoked_at IS NULL"),
                {"c": self.cast.ben.centre_id},
            ).scalar_one()

    def browser(self) -> Browser:
        self.browsers.append(Browser(self.served, httpx.Client()))
        return self.browsers[-1]

    def goes(self, browser: Browser, path: str) -> dict[str, str]:
        """Go to the provider; return what an honest one sends back with."""
        asked = leads_to(browser.begin(self.cast.ben.centre_code))
        self.provider.nonces[path] = asked["nonce"]
        return {"code": CODE, "state": asked["state"]}


def leads_to(answer: httpx.Response) -> dict[str, str]:
    """Return what a browser is sent to the provider with."""
    assert answer.status_code == 200, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["refresh"].partition("url=")[2]).query))


def is_calm(answer: httpx.Response) -> None:
    assert answer.status_code in {403, 503}, answer.text
    assert "cma" not in answer.cookies
    assert "<h1>" in answer.text
    assert "Traceback" not in answer.text
    assert "<script" not in answer.text
    assert not re.search(r"zqx|JWT|token|evil", answer.text)


@pytest.fixture(scope="module")
def scene(owner: Engine, served: Served) -> Iterator[Scene]:
    with hostile_provider() as provider:
        yield Scene(owner, make_cast(owner, NUMBER), provider, served)


@pytest.fixture
def browser(scene: Scene) -> Iterator[Browser]:
    yield scene.browser()
    while scene.browsers:
        scene.browsers.pop().client.close()


class TestAnHonestProvider:
    """The same road, so that what is refused below is refused for its lie."""

    def test_lets_the_linked_person_in_and_on_to_the_page(
        self, scene: Scene, browser: Browser
    ) -> None:
        path = scene.tells("honest", Lie())
        before = scene.sessions()
        answer = browser.come_back(scene.goes(browser, path))
        assert (answer.status_code, answer.headers["location"]) == (303, "/cases")
        assert scene.sessions() == before + 1
        kept = {each.split("=")[0]: each for each in answer.headers.get_list("set-cookie")}
        assert all("HttpOnly" in kept[name] for name in ("cma", "cma-leaving", "cma-way"))
        assert all("SameSite=lax" in each for each in kept.values())

    def test_is_asked_with_all_that_binds_the_answer(self, scene: Scene, browser: Browser) -> None:
        scene.tells("honest", Lie())
        asked = leads_to(browser.begin(scene.cast.ben.centre_code))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert (asked["scope"], asked["client_id"]) == ("openid", CLIENT_ID)
        assert asked["redirect_uri"] == f"{scene.served.origin}{BACK}"
        again = leads_to(scene.browser().begin(scene.cast.ben.centre_code))
        for name in ("state", "nonce", "code_challenge"):
            assert len(asked[name]) >= 43
            assert asked[name] != again[name]

    def test_names_itself_where_it_promised(self, scene: Scene, browser: Browser) -> None:
        promise = put(authorization_response_iss_parameter_supported=True)
        path = scene.tells("names itself", Lie(metadata=promise))
        said = scene.goes(browser, path) | {"iss": f"{scene.provider.origin}/{path}"}
        assert browser.come_back(said).status_code == 303

    def test_one_key_needs_no_name(self, scene: Scene, browser: Browser) -> None:
        path = scene.tells("one key", Lie(header={"kid": None}, keys=["own"]))
        assert browser.come_back(scene.goes(browser, path)).status_code == 303


class TestALie:
    @pytest.mark.parametrize("name", FORGED)
    def test_opens_nothing(self, scene: Scene, browser: Browser, name: str) -> None:
        lie = FORGED[name]
        path = scene.tells(name, lie)
        before = scene.sessions()
        begun = browser.begin(scene.cast.ben.centre_code)
        if begun.status_code != 200:
            is_calm(begun)
        else:
            asked = leads_to(begun)
            scene.provider.nonces[path] = asked["nonce"]
            said = {"code": CODE, "state": asked["state"]}
            lie.returns(said)
            is_calm(browser.come_back(said))
        assert scene.sessions() == before
        assert FOREIGN_HOST not in scene.provider.asked

    def test_a_state_that_comes_twice_opens_nothing(self, scene: Scene, browser: Browser) -> None:
        said = scene.goes(browser, scene.tells("twice", Lie()))
        before = scene.sessions()
        is_calm(
            browser.client.get(
                f"{scene.served.origin}{BACK}?{urlencode(said)}&state={said['state']}"
            )
        )
        assert scene.sessions() == before

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            ({"max_age_minutes": 5}, {}),
            ({"max_age_minutes": 5}, {"auth_time": 1_000_000_000}),
            ({"max_age_minutes": 5}, {"auth_time": "now"}),
            ({"acr": "strong"}, {}),
            ({"acr": "strong"}, {"acr": "weak"}),
        ],
    )
    def test_less_than_was_asked_for_opens_nothing(
        self, scene: Scene, browser: Browser, asked: dict[str, object], told: dict[str, object]
    ) -> None:
        path = scene.tells(f"less {told}", Lie(put(**told)), **asked)
        before = scene.sessions()
        is_calm(browser.come_back(scene.goes(browser, path)))
        assert scene.sessions() == before

    def test_what_was_asked_for_opens(self, scene: Scene, browser: Browser) -> None:
        lie = Lie(lambda said: said.update(auth_time=said["iat"] - 60, acr="strong"))
        path = scene.tells("strong", lie, max_age_minutes=5, acr="strong stronger")
        asked = leads_to(browser.begin(scene.cast.ben.centre_code))
        assert (asked["max_age"], asked["acr_values"]) == ("300", "strong stronger")
        scene.provider.nonces[path] = asked["nonce"]
        said = {"code": CODE, "state": asked["state"]}
        assert browser.come_back(said).status_code == 303


class TestTheWayBack:
    def test_is_gone_once(self, scene: Scene, browser: Browser) -> None:
        said = scene.goes(browser, scene.tells("once", Lie()))
        way = browser.client.cookies["cma-way"]
        assert browser.come_back(said).status_code == 303
        before = scene.sessions()
        is_calm(browser.come_back(said))
        again = scene.browser()
        again.client.cookies.set("cma-way", way)
        is_calm(again.come_back(said))
        assert scene.sessions() == before

    def test_is_no_other_browsers(self, scene: Scene, browser: Browser) -> None:
        """Whoever sends a victim their own code and state signs nobody in."""
        path = scene.tells("another browser", Lie())
        attackers = scene.goes(scene.browser(), path)
        before = scene.sessions()
        is_calm(browser.come_back(attackers))
        mine = scene.goes(browser, path)
        is_calm(browser.come_back({**mine, "state": attackers["state"]}))
        assert scene.sessions() == before

    def test_is_sealed(self, scene: Scene, browser: Browser) -> None:
        said = scene.goes(browser, scene.tells("sealed", Lie()))
        way = browser.client.cookies["cma-way"]
        for secret in said.values():
            assert secret not in way
        before = scene.sessions()
        for changed in (way[:-4] + "AAAA", "", "v1:", way * 3, "v1:AAAA"):
            other = scene.browser()
            other.client.cookies.set("cma-way", changed)
            is_calm(other.come_back(said))
        assert scene.sessions() == before

    def test_leads_to_no_other_host(self, scene: Scene, browser: Browser) -> None:
        path = scene.tells("next", Lie())
        for following in (
            "//evil.example",
            "https://evil.example/",
            "/\\evil.example",
            "/sign-out",
        ):
            answer = browser.begin(scene.cast.ben.centre_code, following)
            asked = leads_to(answer)
            scene.provider.nonces[path] = asked["nonce"]
            back = browser.come_back({"code": CODE, "state": asked["state"]})
            assert (back.status_code, back.headers["location"]) == (303, "/")


class TestTheCode:
    def test_unknown_and_known_without_a_provider_are_answered_alike(
        self, scene: Scene, browser: Browser
    ) -> None:
        plain = [
            re.sub(r'value="[^"]*"', "", browser.begin(code).text)
            for code in ("NOSUCH", scene.cast.colin.centre_code, "", "'; --", "\x00")
        ]
        assert len(set(plain)) == 1
        assert "There is no sign-in with an organisation under this code" in plain[0]

    def test_a_reference_names_its_centre(self, scene: Scene, browser: Browser) -> None:
        scene.tells("honest", Lie())
        leads_to(browser.begin(f" {scene.cast.ben.centre_code.lower()}-2026-000101 "))

    def test_no_log_holds_a_secret(self, scene: Scene) -> None:
        """Last: all of the above has been logged by now."""
        logged = scene.served.log.read_text()
        assert "sso_refused" in logged
        for secret in (CODE, CLIENT_SECRET, ACCESS_TOKEN, SUBJECT, "eyJ"):
            assert secret not in logged
        with scene.owner.connect() as connection:
            events = connection.execute(
                text("SELECT kind FROM security_events WHERE kind LIKE 'sso%'")
            ).scalars()
            kinds = set(events)
        assert {"sso_signed_in", "sso_began", "sso_refused audience"} <= kinds
