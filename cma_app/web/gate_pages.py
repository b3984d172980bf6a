"""The pages that are made here and not built: signing in, one's password, one's second factor."""

from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

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
    request: Request, title: str, body: str, status: int, *, wrong: bool, script: str = ""
) -> Response:
    """Return a page of our own making; `script` is the address of the one file of ours it runs."""
    server_made(request.scope, scripted=bool(script))
    run = f'<script type="module" src="{script}"></script>' if script else ""
    error = "Error: " if wrong else ""
    return HTMLResponse(
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{error}{title} | CMA</title>"
        '<link rel="stylesheet" href="/style.css"><link rel="icon" href="/icon.svg">'
        f"{run}</head>"
        f'<body><main class="gate">{_BRAND}{body}</main></body></html>',
        status,
    )
