"""The gate before every event: deny by default, and read the sign-in from the database each time.

Order: a declared handler, a cookie, a living sign-in, a state bound to it, the role's act, strict
arguments. The cookie comes from the event's context alone: for a chained event the event carries
none, and for an upload the state still holds the victim's. Values and cookies are never logged.
"""

import asyncio
import inspect
import json
import logging
import secrets
from datetime import datetime
from functools import cache
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

import reflex as rx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from reflex.event import Event
from reflex.istate.manager.token import BaseStateToken
from reflex.state import BaseState, State, StateUpdate
from reflex_base.constants import RouteVar
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY

from cma_app.access.actor import Actor, Origin
from cma_app.access.acts import VISITOR, Act, refusal
from cma_app.clock import now
from cma_app.errors import Refused, SignedOut
from cma_app.services.sign_in import remaining
from cma_app.session import hash_token, record_refusal, resume
from cma_app.settings import settings
from state.base import (
    ACT,
    LOADS,
    SIGNED_IN,
    UNATTENDED,
    CentreState,
    SignIn,
    in_worker,
    use_sign_in,
)
from state.shell import ShellState

log = structlog.get_logger(__name__)

HYDRATE: Final = "reflex___state____state.hydrate_and_load"
INTERNAL: Final = frozenset(
    {
        HYDRATE,
        "reflex___state____state.reflex___state____on_load_internal_state.on_load_internal",
        "reflex___state____state.reflex___state____on_load_internal_state.set_is_hydrated",
    }
)
"""Reflex's own events that a page needs; all others of its own are refused."""

UNREADABLE: Final = "That could not be understood. Reload the page and try again."
UNREACHABLE: Final = "The records cannot be reached just now. Try again in a minute."


def cookie_name() -> str:
    """Return the name of the sign-in cookie: `__Host-` ties it to HTTPS, this host and path."""
    return "__Host-cma" if settings().https else "cma"


def token_in(cookie_header: str) -> str | None:
    """Return the sign-in token in a Cookie header, if there is a plausible one."""
    try:
        found = SimpleCookie(cookie_header).get(cookie_name())
    except CookieError:
        return None
    return found.value if found is not None and 20 <= len(found.value) <= 200 else None


class Gate(rx.Middleware):
    """Lets an event through for a signed-in person whose role includes the handler's act."""

    async def preprocess(  # noqa: PLR0911 - the order of the gate, one line a wall
        self,
        app: rx.App,  # noqa: ARG002 - Reflex hands it over
        state: BaseState,
        event: Event,
    ) -> StateUpdate | None:
        """Return None to let the event through, else what the browser is told instead."""
        use_sign_in(None)
        deed = declared(event.name)
        if deed is None:
            return _refuse(event, "undeclared", UNREADABLE)
        try:
            sign_in = await _sign_in_behind(touch=attended(event.name))
        except SignedOut:
            return _refuse(event, "signed out")
        except Exception as error:
            log.error("gate_failed", error=type(error).__name__)  # noqa: TRY400 - no values
            return _refuse(event, "unreachable", UNREACHABLE)
        if sign_in.actor.is_held:
            return _refuse(event, "password or second factor to set up")
        if not await _bound(state, sign_in) and event.name != HYDRATE:
            return _refuse(event, "another person's state")
        if isinstance(deed, Act) and not _reaches(sign_in.actor, deed):
            return await _refuse_role(event, deed, sign_in)
        if not fits(event):
            return _refuse(event, "arguments", UNREADABLE, sign_in.actor)
        use_sign_in(sign_in)
        return None


def _reaches(actor: Actor, deed: Act) -> bool:
    """Say whether a role does an act, or prepares it for sign-off: the service tells which."""
    return actor.may(deed) or actor.prepares(deed)


def declared(name: str) -> Act | str | None:
    """Return the act that a handler declared, SIGNED_IN, or None: then nobody may send it."""
    if name in INTERNAL:
        return SIGNED_IN
    registered = RegistrationContext.get().event_handlers.get(name)
    return getattr(registered.handler.fn, ACT, None) if registered is not None else None


def attended(name: str) -> bool:
    """Say whether a handler's event counts as activity; pages send some by themselves."""
    return name not in INTERNAL and not _marked(name, UNATTENDED)


def _marked(name: str, mark: str) -> bool:
    registered = RegistrationContext.get().event_handlers.get(name)
    return registered is not None and getattr(registered.handler.fn, mark, False)


def undeclared_handlers() -> list[str]:
    """Return our handlers without an act or with an argument of no stated type; none may be."""
    faults = []
    for name, registered in RegistrationContext.get().event_handlers.items():
        if CentreState.get_full_name() not in name or name.endswith(".setvar"):
            continue  # Reflex's own: refused unless INTERNAL
        hints = registered.handler._get_type_hints()  # noqa: SLF001 - pinned; tested
        if declared(name) is None or any(each not in hints for each in _parameters(name)):
            faults.append(name)
    return faults


def _parameters(name: str) -> dict[str, inspect.Parameter]:
    fn = RegistrationContext.get().event_handlers[name].handler.fn
    return dict(list(inspect.signature(fn).parameters.items())[1:])


@cache
def _arguments(name: str) -> type[BaseModel]:
    """Return the strict form of a handler's arguments, made from its annotations."""
    hints = RegistrationContext.get().event_handlers[name].handler._get_type_hints()  # noqa: SLF001
    fields: dict[str, Any] = {
        each: (hints[each], ... if it.default is inspect.Parameter.empty else it.default)
        for each, it in _parameters(name).items()
    }
    strict = ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=False)
    return create_model("Arguments", __config__=strict, **fields)


def fits(event: Event) -> bool:
    """Say whether an event's arguments are exactly what its handler's annotations ask for."""
    payload = event.payload or {}
    if event.name == HYDRATE and payload.get("vars"):
        return False  # browser storage never sets a var of ours
    try:
        plain = {name: _form(value) for name, value in payload.items()}
        _arguments(event.name).model_validate_json(json.dumps(plain, allow_nan=False))
    except (ValidationError, TypeError, ValueError, RecursionError):
        return False
    return True


def _form(value: Any) -> Any:
    """Return a submitted form as names and texts; other values as they are."""
    if not isinstance(value, dict) or FORM_DATA_ENTRIES_KEY not in value:
        return value
    entries = value[FORM_DATA_ENTRIES_KEY]
    if len(value) != 1 or not isinstance(entries, list) or len(entries) > 1000:
        raise ValueError(FORM_DATA_ENTRIES_KEY)
    pairs = [(name, text) for name, text in entries]
    if not all(isinstance(name, str) and isinstance(text, str) for name, text in pairs):
        raise ValueError(FORM_DATA_ENTRIES_KEY)
    return dict(pairs)


async def _sign_in_behind(*, touch: bool) -> SignIn:
    """Return the sign-in of the socket that sent the event, read in a worker thread."""
    router_data = EventContext.get().router_data
    headers = router_data.get(RouteVar.HEADERS) or {}
    token = token_in(headers.get("cookie", ""))
    if token is None:
        raise SignedOut
    origin = Origin(router_data.get(RouteVar.CLIENT_IP), headers.get("user-agent", "")[:400])
    hashed = hash_token(token)
    actor = await in_worker(resume, hashed, origin, touch=touch)
    return SignIn(hashed, origin, actor, touch)


async def _bound(state: BaseState, sign_in: SignIn) -> bool:
    """Bind the whole state to this sign-in; False where another person's had to be wiped first.

    The same person signing in again keeps the state: the screen asked for the password in place,
    and what was typed and opened is still theirs.
    """
    root = state._get_root_state()  # noqa: SLF001 - Reflex offers no public way to the tree
    own = await root.get_state(CentreState)
    actor = sign_in.actor
    person = _words_of(actor)
    stranger = own._bound_person not in {"", person}  # noqa: SLF001
    if stranger:
        root.reset()
        root._clean()  # noqa: SLF001
    if own._bound_to != sign_in.token_hash:  # noqa: SLF001
        own._bound_to = sign_in.token_hash  # noqa: SLF001
        own._bound_person = person  # noqa: SLF001
        if actor.visit is not None:
            _end_in_time(actor.user_id, actor.visit.expires_at)
        # The first delta already draws the frame, and a page that comes back stays mounted.
        (await root.get_state(ShellState))._greet(actor)  # noqa: SLF001
    return not stranger


def _words_of(actor: Actor) -> str:
    """Return what a state is bound to: the person, where they are, as what, and by which grant."""
    grant = f":{actor.visit.grant_id}" if actor.visit is not None else ""
    return f"{actor.user_id}:{actor.centre_id}:{actor.role}{grant}"


async def _refuse_role(event: Event, deed: Act, sign_in: SignIn) -> StateUpdate:
    """Refuse an act that the role lacks, and write that to the audit log.

    Where a page could not load, the page says that it is not for this role, and no notice besides.
    """
    error = Refused(refusal(deed, sign_in.actor.role), deed.value)
    await in_worker(record_refusal, sign_in.actor, sign_in.origin, error)
    sentence = "" if _marked(event.name, LOADS) else error.sentence
    return _refuse(event, "role", sentence, sign_in.actor)


def _refuse(
    event: Event, reason: str, sentence: str | None = None, actor: Actor | None = None
) -> StateUpdate:
    """Tell the browser a sentence, or with None that its sign-in has ended; no state changes.

    An empty sentence ends a notice that stands.
    """
    log.info(
        "event_refused",
        reason=reason,
        handler=event.name if declared(event.name) else "undeclared",
        user_id=actor.user_id if actor else None,
    )
    return StateUpdate(delta=_ended() if sentence is None else _told(sentence))


def _ended() -> dict[str, dict[str, Any]]:
    return {CentreState.get_full_name(): {f"ended{FIELD_MARKER}": secrets.token_hex(4)}}


def _told(sentence: str) -> dict[str, dict[str, Any]]:
    told = {
        "notice_number": secrets.randbelow(1_000_000) + 1_000_000,
        "notice_sentence": sentence,
        "notice_tone": "late",
        "settled": secrets.randbelow(1_000_000) + 1_000_000,
    }
    return {CentreState.get_full_name(): {f"{k}{FIELD_MARKER}": v for k, v in told.items()}}


async def forget(token_hash: str, person: str = "") -> None:
    """Wipe every open state of a sign-in that ended, and close its sockets.

    With `person` those alone that are bound to these words: the same sign-in goes on as another.
    """
    app = RegistrationContext.get().app
    namespace = app.event_namespace
    for root in list(getattr(app.state_manager, "states", {}).values()):
        own = root.get_substate(CentreState.get_full_name().split("."))
        if own._bound_to != token_hash or person not in {"", own._bound_person}:  # noqa: SLF001
            continue
        client = root.rx_router_session.client_token
        token = BaseStateToken(ident=client, cls=State)
        async with app.state_manager.modify_state(token) as wiped:
            wiped.reset()
            wiped._clean()  # noqa: SLF001
        if namespace is not None and (sid := namespace.token_to_sid.get(client)) is not None:
            await namespace.emit_update(StateUpdate(delta=_ended()), client)
            await namespace.disconnect(sid)


async def end_pages(user_id: int | None) -> None:
    """Wipe the open pages of a person (None: of everybody) whose sign-in has ended.

    Those of emergency access that is over too: the browser then loads the first page anew.
    """
    app = RegistrationContext.get().app
    bound = set()
    for root in list(getattr(app.state_manager, "states", {}).values()):
        own = root.get_substate(CentreState.get_full_name().split("."))
        person = own._bound_person.partition(":")[0]  # noqa: SLF001
        if person and (user_id is None or person == str(user_id)):
            bound.add((own._bound_to, own._bound_person))  # noqa: SLF001
    for token, person in bound:
        if not await _stands(token, person):
            await forget(token, person)


async def _stands(token: str, person: str) -> bool:
    """Say whether a sign-in lives, and still visits where its pages show what a visitor sees."""
    try:
        await in_worker(remaining, token)
        if VISITOR not in person:
            return True
        return _words_of(await in_worker(resume, token, Origin(), touch=False)) == person
    except SignedOut:
        return False


_ending: Final[set[asyncio.Task[None]]] = set()


def _end_in_time(user_id: int, expires_at: datetime) -> None:
    """Wipe a visitor's pages when the time has run out: nothing in the database changes then."""

    async def later() -> None:
        await asyncio.sleep(max(0.0, (expires_at - now()).total_seconds()) + 0.1)
        await end_pages(user_id)

    task = asyncio.create_task(later())
    _ending.add(task)
    task.add_done_callback(_ending.discard)


SCRUBBED: Final = ("reflex", "asyncio", "engineio", "socketio")


def keep_payloads_out_of_logs() -> None:
    """Make each record of the framework's loggers say where it came from and nothing more.

    Reflex logs unknown and failed events whole: payload, headers and cookie.
    """
    inner = logging.getLogRecordFactory()
    if getattr(inner, "scrubs", False):
        return

    def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = inner(*args, **kwargs)
        if record.name.split(".", 1)[0].split("_", 1)[0] in SCRUBBED:
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
            record.msg = f"{record.levelname.lower()} in {record.module}:{record.lineno} {kind}"
            record.args, record.exc_info, record.exc_text, record.stack_info = (), None, None, None
        return record

    factory.scrubs = True  # pyright: ignore[reportFunctionMemberAccess]
    logging.setLogRecordFactory(factory)
