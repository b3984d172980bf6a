"""Forms that keep themselves while they are typed in: what the states behind them share.

`assets/drafts.js` sends such a form (`keeps_itself` in `pages/components/form.py`) soon after the
last key with the intent "draft"; the person's own next visit begins from what was kept.
"""

from datetime import datetime
from typing import Final

from cma_app.clock import local
from state.base import Form

KEPT_EARLIER: Final = "What you typed is kept, and not saved yet."


def is_draft(form: Form) -> bool:
    """Say whether a form was sent to be kept, not saved."""
    return form.get("intent") == "draft"


def typed_in(form: Form) -> Form:
    """Return what was typed, without what the form's button said."""
    return {name: text for name, text in form.items() if name != "intent"}


def kept_at(moment: datetime) -> str:
    """Return when a form was kept, in words for its foot."""
    return f"Kept {local(moment):%H:%M}, not saved yet."
