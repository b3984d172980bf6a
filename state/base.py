"""The one base of every state: how a handler declares its act and asks the centre's records.

An example, all of a feature's state (`pages/components/__init__.py` has its page):

    @dataclass(frozen=True, slots=True)
    class NoteView:                                   # plain fields only, ready to show
        id: int
        said: str

        @classmethod
        def of(cls, note: CaseNote) -> "NoteView":
            return cls(id=note.id, said=note.body)

    class NoteState(CentreState):
        note: NoteView = NoteView(0, "")
        errors: FormErrors = {}

        @load(Act.CASE_OPEN)                          # for on_load: NotFound shows "not found"
        async def open(self):
            self.note = await self.ask(notes.latest, self.route_id("case_id"), show=NoteView.of)

        @act(Act.NOTE_RECORD, form="errors")          # Invalid.fields land in `errors`
        async def record(self, form: Form):
            self.note = await self.ask(
                notes.record, self.route_id("case_id"), said=form["said"], show=NoteView.of
            )
            return notice("Note saved.")              # shown only once committed

        @act(Act.NOTE_RECORD, quiet=True)             # a box was left: its sentence comes or goes
        def check(self, name: str, value: str):
            self.errors = checked(self.errors, NoteForm, name, value)

Rules the gate keeps: each public method of a state carries `@act` or `@load`; each argument is
annotated with a JSON type (`int`, `str`, `bool`, `float`, `Form`, lists and dicts of these);
helpers begin with `_`. Assign to vars only after `ask` returned: a raise does not undo them. Do
not name a var like a route argument (`client_id`, `case_id`): Reflex makes those itself.
"""

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Concatenate, Final, Literal, ParamSpec, TypeVar

import reflex as rx
import structlog
from reflex.event import EventSpec

from cma_app.access.actor import Actor, Origin
from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import CmaError, Invalid, NotFound, SignedOut
from cma_app.session import CentreSession, open_session
from cma_app.settings import settings

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V")

Handler = Callable[..., Any]

Tone = Literal["good", "late", "note"]
"""How a notice reads: done, refused, or merely told."""

FormErrors = dict[str, str]
"""A form's sentences by field name; the type of the var that `act(..., form=...)` names."""

Form = dict[str, str]
"""What a submitted form sends: the last value of each named box; an unticked box is absent."""

SIGNED_IN: Final = "signed in"
"""In place of an act: any signed-in person may."""

ACT: Final = "__cma_act__"
"""The attribute of a handler that holds the act it declared."""

UNATTENDED: Final = "__cma_unattended__"
"""The attribute of a handler that pages call by themselves."""

NOTICED: Final = timedelta(seconds=8)
"""How long a notice is shown; the next page does not show it again."""

LOADS: Final = "__cma_loads__"
"""The attribute of a page's `on_load` handler: who may not is told by the page itself."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """The sign-in behind the event at hand, as the gate read it from the database."""

    token_hash: str
    origin: Origin
    actor: Actor
    touch: bool = True
    """Whether the event counts as activity of the person."""


_current: ContextVar[SignIn | None] = ContextVar("sign_in", default=None)


def current_sign_in() -> SignIn:
    """Return the sign-in behind the event at hand; SignedOut where the gate let none in."""
    found = _current.get()
    if found is None:
        raise SignedOut
    return found


def use_sign_in(sign_in: SignIn | None) -> None:
    """Make this the sign-in behind the event at hand: the gate does, and tests."""
    _current.set(sign_in)


@functools.cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings().pool_size, thread_name_prefix="ask")


async def in_worker(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `work` returns, run in a worker thread: as many threads as connections."""
    call = functools.partial(work, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_workers(), call)


def act(
    deed: Act | str,
    *,
    form: str | None = None,
    background: bool = False,
    supersedes: bool = False,
    debounce: int | None = None,
    quiet: bool = False,
    unattended: bool = False,
) -> Callable[[Handler], Any]:
    """Make a method a handler that the gate lets through for holders of `deed`.

    `deed` is an act or SIGNED_IN. `form` names the FormErrors var which takes the sentences of
    `Invalid` and is emptied by success. `supersedes`: a newer call ends an older one that still
    runs (searching while typing). `debounce` is in milliseconds and kept by the browser. `quiet`:
    it does not count as settled, so that a button at work beside it stays busy. `unattended`: a
    page calls it by itself, so it does not keep the sign-in awake.
    """

    def wrap(handler: Handler) -> Any:
        if background or quiet:
            run = handler
        elif inspect.isasyncgenfunction(handler):
            run = _watched_stream(handler)
        else:
            run = _watched(handler, form=form)
        setattr(run, ACT, deed)
        setattr(run, UNATTENDED, unattended)
        marked: Any = rx.event(background=background, supersedes=supersedes, debounce=debounce)
        return marked(run)

    return wrap


def load(deed: Act | str) -> Callable[[Handler], Any]:
    """Make a method a page's `on_load` handler: where it raises NotFound the page says so."""

    def wrap(handler: Handler) -> Any:
        @functools.wraps(handler)
        async def opened(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return await _answer(handler(self, *args, **kwargs))
            except NotFound:
                self.missing = True
                return None

        setattr(opened, LOADS, True)
        return act(deed, supersedes=True)(opened)

    return wrap


def _watched(handler: Handler, *, form: str | None) -> Handler:
    """Return the handler so that it counts as settled and its form's errors land in their var."""

    @functools.wraps(handler)
    async def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            answer = await _answer(handler(self, *args, **kwargs))
        except Invalid as error:
            if form is None:
                raise
            setattr(self, form, dict(error.fields))
            answer = None
        else:
            if form is not None:
                setattr(self, form, {})
        self.settled = (self.settled + 1) % 1_000_000
        return answer

    return run


def _watched_stream(handler: Handler) -> Handler:
    @functools.wraps(handler)
    async def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        async for step in handler(self, *args, **kwargs):
            yield step
        self.settled = (self.settled + 1) % 1_000_000

    return run


async def _answer(answer: Any) -> Any:
    return await answer if isinstance(answer, Awaitable) else answer


class Asking:
    """What every state inherits beside its vars; a plain class, so nothing here is a handler."""

    async def ask(
        self,
        verb: Callable[Concatenate[CentreSession, ...], T],
        /,
        *args: Any,
        show: Callable[[T], Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Return what a service's verb returns, or what `show` makes of it, once committed.

        Opens the centre's session in a worker thread for the signed-in person, who is read from
        the database again. `show` runs inside that session, so that no row leaves it. Raises
        what the verb raises, with nothing committed.
        """
        sign_in = current_sign_in()

        def work() -> Any:
            with open_session(sign_in.token_hash, sign_in.origin, touch=sign_in.touch) as session:
                answer = verb(session, *args, **kwargs)
                return answer if show is None else show(answer)

        return await in_worker(work)

    def route_id(self, name: str) -> int:
        """Return the number in the page's address, `client_id` for one; NotFound if it is none."""
        raw = self.query(name)
        if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
            raise NotFound
        return int(raw)

    def query(self, name: str, default: str = "") -> str:
        """Return what the page's address says under a name: a filter, a sort, a page."""
        params = self.rx_router_page.params  # pyright: ignore[reportAttributeAccessIssue]
        raw = params.get(name, default)
        return raw if isinstance(raw, str) else default


class CentreState(Asking, rx.State):
    """The parent of every state: the notice, the not-found mark and the binding to a sign-in."""

    notice_number: int = 0
    notice_sentence: str = ""
    notice_tone: str = "good"
    missing: bool = False
    settled: int = 0
    ended: str = ""

    _noticed_at: datetime | None = None
    _bound_to: str = ""
    _bound_person: str = ""

    @act(SIGNED_IN)
    def tell(self, sentence: str, tone: str):
        """Show a sentence at the foot of the page."""
        self.notice_number += 1
        self.notice_sentence = sentence[:400]
        self.notice_tone = tone if tone in {"good", "late", "note"} else "note"
        self._noticed_at = now()

    def _forget_old_notice(self) -> None:
        """Leave a notice behind that was read on another page; one that came along is kept."""
        if self._noticed_at is not None and now() - self._noticed_at > NOTICED:
            self.notice_sentence, self._noticed_at = "", None


def notice(sentence: str, tone: Tone = "good") -> EventSpec:
    """Return the event that shows a sentence at the foot of the page, for a handler to return."""
    return CentreState.tell(sentence, tone)  # pyright: ignore[reportReturnType, reportCallIssue]


def show_error(exception: Exception) -> EventSpec | None:
    """Return what the browser does about an error that a handler raised."""
    if isinstance(exception, CmaError):
        # After SignedOut the gate refuses this event too, and so asks the browser to sign in.
        return notice(exception.sentence, "late")
    log.error("event_failed", error=type(exception).__name__, at=places(exception.__traceback__))
    return notice(CmaError.sentence, "late")


def places(trace: TracebackType | None) -> list[str]:
    """Return the last six places of a traceback: files and lines, never values."""
    places: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[-6:]
