"""A client's optional answers for equality monitoring, on their page."""

from dataclasses import dataclass, field

from cma_app.access.acts import Act
from cma_app.services import monitoring
from cma_app.services.monitoring import Asked, Monitoring
from state.base import CentreState, Form, FormErrors, act, load, notice

Words = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class AskedView:
    """One question: what may be answered, what was, and why it may be kept."""

    code: str
    label: str
    choices: Words
    answer: str
    word: str
    basis: str
    may_ask: bool

    @classmethod
    def of(cls, asked: Asked, *, may_ask: bool) -> "AskedView":
        """Return what is shown of a question."""
        question = asked.question
        not_asked = [] if asked.answer else [("", "Not asked")]
        return cls(
            code=question.code,
            label=question.label,
            choices=[*not_asked, *question.answers.items()],
            answer=asked.answer or "",
            word=asked.word,
            basis=f"{question.basis.label}: {question.basis.reference.title}.",
            may_ask=may_ask,
        )


@dataclass(frozen=True, slots=True)
class MonitoringView:
    """The card; `client` is 0 until it was read."""

    client: int = 0
    say: str = ""
    questions: list[AskedView] = field(default_factory=list)
    may_record: bool = False
    withdrawn: str = ""

    @classmethod
    def of(cls, found: Monitoring) -> "MonitoringView":
        """Return what is shown of a client's answers."""
        return cls(
            client=found.client_id,
            say=found.questions.say,
            questions=[
                AskedView.of(each, may_ask=not (found.withdrawn and each.question.is_special))
                for each in found.answers
            ],
            may_record=found.may_record,
            withdrawn=monitoring.WITHDRAWN if found.withdrawn else "",
        )


class MonitoringState(CentreState):
    """The answers of the client on screen."""

    view: MonitoringView = MonitoringView()
    errors: FormErrors = {}
    filled: int = 0

    @load(Act.CLIENT_OPEN)
    async def open(self):
        """Show the questions, and the answers that the reader may see."""
        self.view = MonitoringView()
        await self._show(self.route_id("client_id"))

    async def _show(self, client_id: int) -> None:
        self.view = await self.ask(monitoring.read_monitoring, client_id, show=MonitoringView.of)
        self.errors = {}
        self.filled += 1

    @act(Act.CLIENT_MONITORING_RECORD, form="errors")
    async def record(self, form: Form):
        """Keep the answers that were given."""
        client_id = self.view.client
        changed = await self.ask(monitoring.record_answers, client_id, form)
        await self._show(client_id)
        return notice("Answers kept." if changed else "Nothing was changed.")

    @act(Act.CLIENT_MONITORING_RECORD)
    async def remove(self, question: str):
        """Take one answer off."""
        client_id = self.view.client
        await self.ask(monitoring.remove_answer, client_id, question)
        await self._show(client_id)
        return notice("The answer is taken off.")
