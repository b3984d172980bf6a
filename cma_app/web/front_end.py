"""What we change in the front end that Reflex generates, before it is bundled."""

import re
from typing import Any, Final

from reflex_base.plugins import Plugin

_THEIRS = "  const endpoint = new URL(url_str);\n"
_OURS = (
    _THEIRS + '  if (typeof window !== "undefined") {\n'
    "    endpoint.host = window.location.host;\n"
    '    if (window.location.protocol === "https:") {\n'
    '      endpoint.protocol = endpoint.protocol.startsWith("ws") ? "wss:" : "https:";\n'
    "    }\n"
    "    return endpoint;\n"
    "  }\n"
)


def connect_to_own_origin(script: str) -> str:
    """Return Reflex's `state.js` so that it opens its socket on the page's own host and port.

    Reflex bakes the port of `api_url` into the bundle; with this one build serves any port and
    any host name behind a proxy.
    """
    if _OURS in script:
        return script
    if _THEIRS not in script:
        raise ValueError("Reflex's state.js has changed: read getBackendURL again.")
    return script.replace(_THEIRS, _OURS, 1)


_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLANK: Final = re.compile(r"\s*([{};])\s*")


def without_comments(style: str) -> str:
    """Return a style sheet without what only people read: comments, lines, indents."""
    return _BLANK.sub(r"\1", _COMMENT.sub("", style)).strip() + "\n"


class SmallStyle(Plugin):
    """Serves the style sheet without its comments: the first page waits for it."""

    def pre_compile(self, **context: Any) -> None:
        """Ask the compiler to pass `style.css` through `without_comments`."""
        context["add_modify_task"]("public/style.css", without_comments)


class OwnOrigin(Plugin):
    """Makes the built pages independent of the port they were built for."""

    def pre_compile(self, **context: Any) -> None:
        """Ask the compiler to pass `state.js` through `connect_to_own_origin`."""
        context["add_modify_task"]("utils/state.js", connect_to_own_origin)
