"""Which browser on which system a sign-in came from, in words a person knows.

Told from the user agent, which anybody may write as they like: a help to recognise one's own
devices, never a proof. The first of each list that the text has wins.
"""

from typing import Final

BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)
UNKNOWN: Final = "An unknown device"


def device_words(user_agent: str | None) -> str:
    """Return "Firefox on Windows", the half of it that is known, or that nothing is."""
    said = user_agent or ""
    browser = next((word for mark, word in BROWSERS if mark in said), "")
    system = next((word for mark, word in SYSTEMS if mark in said), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or (system[:1].upper() + system[1:] if system else UNKNOWN)
