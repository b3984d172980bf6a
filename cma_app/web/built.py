"""The pages as they were built: which file answers an address, and the scripts inside it."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

from reflex.utils.prerequisites import get_web_dir

FALLBACK: Final = "404.html"
_SCRIPT: Final = re.compile(r"<script(?P<about>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)


def folder() -> Path:
    """Return where the built pages are."""
    return (get_web_dir() / "build" / "client").resolve()


def file_of(path: str) -> str:
    """Return the built file that answers an address: its own, else the fallback for all others."""
    inside = "/".join(part for part in path.split("/") if part not in {"", ".", ".."})
    own = f"{inside}/index.html" if inside else "index.html"
    return own if (folder() / own).is_file() else FALLBACK


def scripts_of(path: str) -> tuple[str, ...]:
    """Return the hashes of the scripts written into the page at an address."""
    return _hashes(file_of(path))


@cache
def _hashes(name: str) -> tuple[str, ...]:
    page = folder() / name
    if not page.is_file():
        return ()
    texts = [
        found["text"]
        for found in _SCRIPT.finditer(page.read_text("utf-8"))
        if " src=" not in found["about"] and found["text"]
    ]
    digests = [hashlib.sha256(text.encode()).digest() for text in texts]
    return tuple(f"sha256-{base64.b64encode(digest).decode()}" for digest in digests)
