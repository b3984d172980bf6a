"""What a centre decides for itself, kept among its settings: each by the name of its box."""

from typing import Any, Final

from models import Centre

ALWAYS: Final = "always"
TEXTS: Final = ("website", "small_print", "membership_code")
"""Settings that are words: what letters end with, and what a statement says of the centre."""
VERIFIES: Final = "verify_statements"
NAMES: Final = (*TEXTS, VERIFIES)


def setting_of(centre: Centre, name: str) -> str:
    """Return a setting as a form sends it: its words, or "on" for a tick; empty where not set."""
    stored = str(centre.settings.get(name) or "")
    return ("on" if stored == ALWAYS else "") if name == VERIFIES else stored


def always_verifies(centre: Centre) -> bool:
    """Say whether a second person of the centre verifies each statement, whoever wrote it."""
    return setting_of(centre, VERIFIES) == "on"


def keep_settings(centre: Centre, typed: dict[str, Any]) -> None:
    """Keep what was typed of `NAMES`; what is empty is set no more, the other settings stay."""
    kept = {name: value for name, value in centre.settings.items() if name not in NAMES}
    kept |= {name: typed[name] for name in TEXTS if typed[name]}
    centre.settings = kept | ({VERIFIES: ALWAYS} if typed[VERIFIES] else {})
