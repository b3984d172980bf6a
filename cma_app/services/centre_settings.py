"""What a centre decides for itself, kept among its settings: each by the name of its box."""

from typing import Any, Final

from cma_app.access.acts import Role
from models import Centre

ALWAYS: Final = "always"
TEXTS: Final = ("website", "small_print", "membership_code")
"""Settings that are words: what letters end with, and what a statement says of the centre."""
VERIFIES: Final = "verify_statements"
FACTOR_ROLES: Final = "second_factor_roles"
"""Where the roles are kept that must have a second factor; `cma_resume` reads it too."""
FACTOR_BOXES: Final = {
    f"second_factor_{role}": role.value for role in (Role.MANAGER, Role.ADVISOR, Role.TRAINEE)
}
"""The box of each role that a centre can ask for a second factor."""
TICKS: Final = (VERIFIES, *FACTOR_BOXES)
NAMES: Final = (*TEXTS, *TICKS)


def setting_of(centre: Centre, name: str) -> str:
    """Return a setting as a form sends it: its words, or "on" for a tick; empty where not set."""
    if name in FACTOR_BOXES:
        return "on" if FACTOR_BOXES[name] in centre.settings.get(FACTOR_ROLES, ()) else ""
    stored = str(centre.settings.get(name) or "")
    return ("on" if stored == ALWAYS else "") if name == VERIFIES else stored


def always_verifies(centre: Centre) -> bool:
    """Say whether a second person of the centre verifies each statement, whoever wrote it."""
    return setting_of(centre, VERIFIES) == "on"


def keep_settings(centre: Centre, typed: dict[str, Any]) -> None:
    """Keep what was typed of `NAMES`; what is empty is set no more, the other settings stay."""
    ours = {*NAMES, FACTOR_ROLES}
    kept = {name: value for name, value in centre.settings.items() if name not in ours}
    kept |= {name: typed[name] for name in TEXTS if typed[name]}
    if typed[VERIFIES]:
        kept[VERIFIES] = ALWAYS
    if roles := [role for box, role in FACTOR_BOXES.items() if typed[box]]:
        kept[FACTOR_ROLES] = roles
    centre.settings = kept
