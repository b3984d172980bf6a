"""A device in words, from what browsers really send."""

import pytest

from cma_app.rules.devices import UNKNOWN, device_words

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
TABLET = "Mozilla/5.0 (Linux; Android 14; SM-X200) AppleWebKit/537.36"
BOOK = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36"
CHROME = "(KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{WINDOWS} AppleWebKit/537.36 {CHROME} Edg/131.0.0.0", "Edge on Windows"),
        (f"{WINDOWS} AppleWebKit/537.36 {CHROME}", "Chrome on Windows"),
        (f"{LINUX} Firefox/132.0", "Firefox on Linux"),
        (f"{MAC} Version/18.1 Safari/605.1.15", "Safari on a Mac"),
        (f"{PHONE} CriOS/131.0 Mobile/15E148 Safari/604.1", "Chrome on an iPhone"),
        (f"{TABLET} SamsungBrowser/26.0 {CHROME}", "Samsung Internet on Android"),
        (f"{BOOK} {CHROME}", "Chrome on ChromeOS"),
        ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X)", "An iPad"),
        ("curl/8.5.0", UNKNOWN),
        ("", UNKNOWN),
        (None, UNKNOWN),
        ("<script>alert(1)</script>" * 50, UNKNOWN),
    ],
)
def test_says_browser_and_system(user_agent: str | None, words: str) -> None:
    assert device_words(user_agent) == words
