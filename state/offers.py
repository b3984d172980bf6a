"""What the offers tab asks: each offer, how the rest is shared, a lump sum, and the review."""

from collections.abc import Callable
from typing import Any

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Invalid
from cma_app.rules.offers import METHODS
from cma_app.services import offer_sharing, offers
from cma_app.services.offer_settings import LumpSumForm
from cma_app.services.offer_tasks import plan_to_vary, vary_tasks
from cma_app.services.offers import ReviewForm
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.case_bar import CaseBarState
from state.forms import checked, date_in, text_in
from state.offer_views import OffersView


def _shown(session: CentreSession, verb: Any, case_id: int, **more: Any) -> OffersView:
    """Do what a verb says and show the case's offers as they stand then."""
    found = verb(session, case_id, **more)
    return OffersView.of(found, vary_tasks(session, case_id, found))


class OfferState(CentreState):
    """The offers of the newest sheet."""

    view: OffersView = OffersView()
    errors: FormErrors = {}
    once_errors: FormErrors = {}
    box_errors: dict[str, str] = {}
    box_theirs: dict[str, str] = {}
    box_seqs: dict[str, int] = {}
    opened: int = 0

    _own: dict[str, str] = {}  # settings as this tab itself stored them last

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show what can be offered now."""
        case_id = self.route_id("case_id")
        self.view = await self.ask(_shown, offers.read_offers, case_id)
        self.errors, self.once_errors, self.opened = {}, {}, case_id
        self.box_errors, self.box_theirs, self._own = {}, {}, {}

    @act(Act.OFFER_RECORD)
    async def decide(self, debt_id: int, seen: str, typed: str):
        """Save an offer as it was typed, and with it all the others anew."""
        await self._take(
            f"offer-{debt_id}",
            offers.record_offers,
            decided={debt_id: typed},
            seen={debt_id: seen},
        )

    @act(Act.OFFER_RECORD)
    async def share(self, name: str, seen: str, typed: str):
        """Change one setting of how the rest is shared, and save the offers shared so.

        A list that is typed in changes with each letter, faster than the answers come: what this
        tab stored itself just now is no clash.
        """
        own = self._own.get(name)
        is_own = own is not None and own == self.view.sharing.seen.get(name)
        mine = METHODS.get(typed, typed)
        await self._take(
            name,
            offer_sharing.change_sharing,
            name=name,
            typed=typed,
            seen=own if is_own else seen,
            clash=None if name == "minimum" else lambda theirs: _both(name, theirs, mine),
        )
        if not {name} & {*self.box_errors, *self.box_theirs}:
            self._own = {**self._own, name: self.view.sharing.seen.get(name, "")}

    @act(Act.OFFER_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside the review date, once it is left, what is wrong with it."""
        self.errors = checked(self.errors, ReviewForm, name, value)

    @act(Act.OFFER_RECORD, form="errors")
    async def record(self, form: Form):
        """Save all offers with their review date."""
        on = date_in(form, "review_date", "review date")
        if on is None:
            raise Invalid({"review_date": ReviewForm.sentence_for("review_date", "") or ""})
        case_id = self.route_id("case_id")
        self.view = await self.ask(_shown, offers.record_offers, case_id, review_on=on)
        self.box_errors, self.box_theirs = {}, {}
        return [notice("Offers saved."), CaseBarState.refresh]

    @act(Act.OFFER_RECORD, quiet=True)
    def check_once(self, name: str, value: str):
        """Say beside a box of the lump sum, once it is left, what is wrong with it."""
        self.once_errors = checked(self.once_errors, LumpSumForm, name, value)

    @act(Act.OFFER_RECORD, form="once_errors")
    async def offer_once(self, form: Form):
        """Offer one sum in full and final settlement instead of monthly payments."""
        asked = LumpSumForm.read(form)
        try:
            await self._ask_once(asked, self.view.sharing.seen.get("lump_sum", ""))
        except Conflict as error:
            self.view = await self.ask(_shown, offers.read_offers, self.route_id("case_id"))
            theirs, mine = error.theirs.get("lump_sum", ""), text_in(form, "lump_sum")
            raise Invalid({"lump_sum": _both("lump_sum", theirs, mine)}) from None
        return notice("Full and final offers saved.")

    @act(Act.OFFER_RECORD)
    async def offer_monthly(self):
        """Take the lump sum back and offer monthly payments again."""
        case_id = self.route_id("case_id")
        self.view = await self.ask(_shown, offer_sharing.withdraw_lump_sum, case_id)
        self.once_errors = {}
        return notice("Monthly offers again.")

    @act(Act.ACTION_RECORD)
    async def vary(self, debt_id: int):
        """Put it on the case's list to ask the court for lower instalments."""
        self.view = await self.ask(_shown, plan_to_vary, self.route_id("case_id"), debt_id=debt_id)
        return [notice("Added to the case's actions, due today."), CaseBarState.refresh]

    async def _ask_once(self, asked: LumpSumForm, seen: str) -> None:
        self.view = await self.ask(
            _shown,
            offer_sharing.offer_lump_sum,
            self.route_id("case_id"),
            form=asked,
            seen=seen,
        )

    async def _take(
        self,
        box: str,
        verb: Any,
        *,
        clash: Callable[[str], str] | None = None,
        **more: Any,
    ) -> None:
        """Save what one box says; its sentence, or another person's value, stands beside it.

        Each box counts its own answers: the answer to one never drops what waits in another.

        `clash` makes that sentence of a control that cannot keep what was chosen beside theirs.
        """
        self.box_seqs = {**self.box_seqs, box: self.box_seqs.get(box, 0) + 1}
        self.box_errors = {k: v for k, v in self.box_errors.items() if k != box}
        self.box_theirs = {k: v for k, v in self.box_theirs.items() if k != box}
        case_id = self.route_id("case_id")
        try:
            self.view = await self.ask(_shown, verb, case_id, **more)
        except Invalid as error:
            said = error.fields.get(box, error.sentence)
            self.box_errors = {**self.box_errors, box: said}
        except Conflict as error:
            self.view = await self.ask(_shown, offers.read_offers, case_id)
            theirs = error.theirs.get(box)
            if theirs is None:
                self.box_errors = {**self.box_errors, box: error.sentence}
            elif clash is not None:
                self.box_errors = {**self.box_errors, box: clash(theirs)}
            else:
                self.box_theirs = {**self.box_theirs, box: theirs or "nothing"}


def _both(name: str, theirs: str, mine: str) -> str:
    """Return both values of a setting that two people changed."""
    yours = {"": "no", "on": "yes"}.get(mine, mine)
    again = "Save it again" if name == "lump_sum" else "Choose again"
    return f"Somebody chose {theirs} in the meantime; you chose {yours}. {again} if yours is right."
