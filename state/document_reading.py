"""What the page of a read document asks: its words, its type, and the figures found in it."""

from typing import Any

from cma_app.access.acts import Act
from cma_app.errors import Invalid, NotFound
from cma_app.rules.budget_lines import line_stamp
from cma_app.services import document_reading
from cma_app.services.document_reading import OpenDocument
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.case_bar import CaseBarState
from state.forms import text_in
from state.reading_views import CardView, FigureView, PageView, ReadingView

Shown = tuple[ReadingView, PageView, list[FigureView], list[tuple[str, str]], int, int, str]


def _look(session: CentreSession, document_id: int, case_id: int, page: int, debt_id: int) -> Shown:
    found = document_reading.read_reading(session, document_id)
    if found.document.case_id != case_id:
        raise NotFound
    return _shown(found, page, debt_id)


def _shown(found: OpenDocument, page: int, debt_id: int) -> Shown:
    chosen = next((debt for debt, _ in found.debts if debt.id == debt_id), None)
    if chosen is None:
        chosen = next((debt for debt, _ in found.debts if debt.id == found.likely_debt), None)
    kept = [each for each in found.pages if each.page_no == page] or list(found.pages[:1])
    return (
        ReadingView.of_document(found),
        PageView.of(kept[0], found.document.id) if kept else PageView(),
        [FigureView.of(each, found, chosen) for each in found.figures],
        [
            (str(debt.id), f"{name}, {debt.account_number or 'no number'}")
            for debt, name in found.debts
        ],
        chosen.id if chosen else 0,
        chosen.version if chosen else 0,
        line_stamp(found.recorded_income),
    )


def _do(
    session: CentreSession, where: tuple[int, int, int, int], verb: Any, *args: Any, **more: Any
) -> Shown:
    """Do one thing about a document and show it as it stands then."""
    verb(session, *args, **more)
    return _look(session, *where)


class DocumentReadingState(CentreState):
    """A read document: one page at a time, since a page's words are many."""

    view: ReadingView = ReadingView()
    page: PageView = PageView()
    figures: list[FigureView] = []
    debts: list[tuple[str, str]] = []
    debt: int = 0
    marked: int = 0
    mark_box: list[int] = []
    card: CardView = CardView()
    errors: FormErrors = {}
    wrong: dict[str, str] = {}
    opened: int = 0
    shown: int = 0
    saved: int = 0

    _debt_version: int = 0
    _income_seen: str = ""

    @load(Act.DOCUMENT_SEE)
    async def open(self):
        """Show the document: its first page, or that of the figure that is asked for."""
        case_id, number = self.route_id("case_id"), self.route_id("document_id")
        found = await self.ask(_look, number, case_id, 1, 0)
        wanted = self.query("figure")
        asked = [each.id for each in found[2] if str(each.id) == wanted]
        card = await self.ask(document_reading.sorter_figures, show=CardView.of)
        self.opened, self.shown, self.card = case_id, number, card
        self.errors, self.wrong, self.marked, self.mark_box = {}, {}, 0, []
        self._take(found)
        if asked:
            await self._mark(asked[0])

    @act(Act.DOCUMENT_SEE, quiet=True, unattended=True)
    async def refresh(self):
        """Show how far the reading is, and what was read once it is done."""
        self._take(await self.ask(_look, *self._where()))

    @act(Act.DOCUMENT_SEE)
    async def show_page(self, number: int):
        """Show another page."""
        shown, case_id, _, debt = self._where()
        self.marked, self.mark_box = 0, []
        self._take(await self.ask(_look, shown, case_id, number, debt))

    @act(Act.DOCUMENT_SEE)
    async def show_figure(self, figure_id: int):
        """Show where a figure stands on its page."""
        await self._mark(figure_id)

    async def _mark(self, figure_id: int) -> None:
        shown, case_id, _, debt = self._where()
        page, box = await self.ask(_place, figure_id)
        self._take(await self.ask(_look, shown, case_id, page, debt))
        self.marked, self.mark_box = figure_id, box

    @act(Act.DOCUMENT_SEE)
    async def choose_debt(self, number: str):
        """Say which debt the figures are of."""
        shown, case_id, page, _ = self._where()
        wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
        self._take(await self.ask(_look, shown, case_id, page, wanted))
        self.wrong = {}

    @act(Act.DOCUMENT_READ)
    async def read_again(self):
        """Have it read again."""
        self._take(await self._about(document_reading.read_again, self.view.id))
        return notice("It waits to be read again.")

    @act(Act.DOCUMENT_SORT, form="errors")
    async def choose_type(self, form: Form):
        """Confirm the type of the document, or correct it."""
        code = text_in(form, "document_type")
        found = await self._about(
            document_reading.choose_type, self.view.id, code, version=self.view.version
        )
        self._take(found)
        self.saved += 1
        return notice("Type saved. Thank you: the next sorter learns from it.")

    @act(Act.FIGURE_DECIDE)
    async def accept(self, form: Form):
        """Take a figure over into the field beside it, as it stands in the box."""
        number, value = text_in(form, "figure"), text_in(form, "value")
        figure = next((each for each in self.figures if str(each.id) == number), None)
        if figure is None:
            raise NotFound
        try:
            if figure.is_income:
                found = await self._about(
                    document_reading.accept_for_budget,
                    figure.id,
                    value=value,
                    frequency=text_in(form, "frequency"),
                    seen=self._income_seen,
                )
            else:
                found = await self._about(
                    document_reading.accept_for_debt,
                    figure.id,
                    self.debt,
                    value=value,
                    version=self._debt_version,
                )
        except Invalid as error:
            self.wrong = {number: next(iter(error.fields.values()))}
            return None
        self._take(found)
        self.wrong = {}
        return [notice(f"{figure.word} taken over."), CaseBarState.refresh]

    @act(Act.FIGURE_DECIDE)
    async def dismiss(self, figure_id: int):
        """Put a figure away."""
        self._take(await self._about(document_reading.dismiss_figure, figure_id))
        self.wrong = {}
        return notice("Put away. It can be brought back below.")

    @act(Act.FIGURE_DECIDE)
    async def bring_back(self, figure_id: int):
        """Bring back a figure that was put away."""
        self._take(await self._about(document_reading.reopen_figure, figure_id))

    def _where(self) -> tuple[int, int, int, int]:
        return self.shown, self.opened, self.page.number or 1, self.debt

    async def _about(self, verb: Any, *args: Any, **more: Any) -> Shown:
        return await self.ask(_do, self._where(), verb, *args, **more)

    def _take(self, found: Shown) -> None:
        self.view, self.page, self.figures, self.debts = found[:4]
        self.debt, self._debt_version, self._income_seen = found[4:]


def _place(session: CentreSession, figure_id: int) -> tuple[int, list[int]]:
    found = document_reading.place_of(session, figure_id)
    return found.page_no, [found.x - 6, found.y - 6, found.width + 12, found.height + 12]
