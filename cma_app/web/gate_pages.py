"""The pages that are made here and not built: signing in, one's password, one's second factor."""

from html import escape
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cma_app.services.passkeys import Site
from cma_app.web.security import server_made

_BRAND: Final = (
    '<p class="brand"><svg viewBox="0 0 24 24" aria-hidden="true">'
    '<path d="M4 17V7l8-4 8 4v10l-8 4z"/><path d="M8.5 9.5 12 8l3.5 1.5v5L12 16l-3.5-1.5z"/></svg>'
    "Debt advice casework</p>"
)


def summary(errors: dict[str, str]) -> str:
    """Return the box on top of a form that links to each answer which needs a change."""
    if not errors:
        return ""
    lines = "".join(
        f'<li><a href="#{escape(name)}">{escape(said)}</a></li>'
        if name
        else f"<li>{escape(said)}</li>"
        for name, said in errors.items()
    )
    return (
        '<div class="error-summary" role="alert" tabindex="-1" autofocus>'
        f"<h2>Check these answers</h2><ul>{lines}</ul></div>"
    )


def box(
    name: str,
    label: str,
    *,
    value: str = "",
    secret: bool = False,
    auto: str = "off",
    hint: str = "",
    error: str = "",
    more: str = "",
) -> str:
    """Return a labelled box; `more` are further attributes, ours and never typed by anybody."""
    said = [f"{name}-hint"] * bool(hint) + [f"{name}-error"] * bool(error)
    tied = f' aria-describedby="{" ".join(said)}"' if said else ""
    wrong = ' aria-invalid="true"' if error else ""
    hint_line = f'<p class="hint" id="{name}-hint">{escape(hint)}</p>' if hint else ""
    error_line = f'<p class="field-error" id="{name}-error">{escape(error)}</p>' if error else ""
    return (
        f'<div class="field"><label for="{name}">{label}</label>{hint_line}{error_line}'
        f'<input class="box" id="{name}" name="{name}" type="{"password" if secret else "text"}"'
        f' autocomplete="{auto}" spellcheck="false" autocapitalize="none" required'
        f' value="{escape(value)}"{more}{tied}{wrong}></div>'
    )


def page(
    request: Request,
    title: str,
    body: str,
    status: int,
    *,
    wrong: bool,
    script: str = "",
    prints: bool = False,
) -> Response:
    """Return a page of our own making; `script` is the address of the one file of ours it runs.

    `prints` says that it is there to be printed.
    """
    server_made(request.scope, scripted=bool(script))
    run = f'<script type="module" src="{script}"></script>' if script else ""
    paper = '<link rel="stylesheet" href="/print.css" media="print">' if prints else ""
    error = "Error: " if wrong else ""
    return HTMLResponse(
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{error}{title} | CMA</title>"
        '<link rel="stylesheet" href="/style.css"><link rel="stylesheet" href="/font.css">'
        f'{paper}<link rel="icon" href="/icon.svg">'
        f"{run}</head>"
        f'<body><main class="gate">{_BRAND}{body}</main></body></html>',
        status,
    )


SCRIPT: Final = "/passkeys.js"
"""The one file of ours that such a page may run."""
OPTIONS: Final = "options"
"""What that script asks for under a page's own address, before it asks the browser's passkey."""


def site_of(request: Request) -> Site:
    """Return where the browser stands; the walls have compared both with the settings."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return Site(request.headers.get("origin", ""), host)


OR: Final = '<p class="or">or</p>'
"""The line between one way in and another."""
_KEY: Final = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="8" cy="15.5" r="4"/>'
    '<path d="M11 12.5 19.5 4M15.5 8l3 3"/></svg>'
)


def passkey_part(
    at: str, word: str, *, main: bool = False, to: str = "", other: bool = False
) -> str:
    """Return the button that asks the browser for a passkey; the script shows it where it can.

    What the passkey answers goes with its form, to the form's own address or else `to`. `other`
    says that another way in stands above it.
    """
    kind = "button wide main" if main else "button wide"
    sends = f'<button type="submit" formaction="{to}" hidden></button>' if to else ""
    return (
        f'<div class="stack" data-passkey="{at}/{OPTIONS}" hidden>{OR if other else ""}'
        '<input type="hidden" name="passkey" disabled>'
        '<p class="field-error" role="alert" hidden></p>'
        f'<button class="{kind}" type="button">{_KEY}{word}</button>{sends}</div>'
    )
