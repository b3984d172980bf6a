"""Emergency access in words: the kinds of reason, how long it lasts, and how it came to an end.

The lengths are our own choice, not a figure of the law: see decision 0032.
"""

from datetime import timedelta
from typing import Final

KINDS: Final = {
    "safeguarding": "Somebody may be at risk of harm",
    "cover": "Nobody of the centre can be reached, and something is due",
    "fault": "A fault that shows on a client's record alone",
    "security": "A suspected breach or misuse of data",
    "regulator": "A regulator, a court or an ombudsman asks",
    "other": "Something else",
}
"""Why somebody needs it, by the stored word."""

MINUTES: Final = {15: "15 minutes", 30: "30 minutes", 60: "1 hour", 120: "2 hours", 240: "4 hours"}
"""How long it may last; the database lets none last longer than four hours."""
USUAL: Final = 30
"""The minutes that are chosen until somebody chooses others."""

LEAST_WORDS: Final = 20
MOST_WORDS: Final = 500
"""The characters of a reason in somebody's own words: enough for the manager to judge it."""

PROVED_WITHIN: Final = timedelta(minutes=5)
"""How lately the second factor was proved in the sign-in that opens it; the database asks too."""

ENDS: Final = {
    "left": "Left by hand",
    "revoked": "Ended by a manager",
    "signed_out": "Signed out",
    "closed": "The centre was closed",
    "": "Time ran out",
}
"""How it ended, by the stored word; what ran out by the clock stores none."""
