"""The line icons of the design: 24 by 24, drawn with the ink around them, never the only sign."""

from typing import Final

import reflex as rx

_PATHS: Final[dict[str, tuple[tuple[str, dict[str, str]], ...]]] = {
    "brand": (
        ("path", {"d": "M4 17V7l8-4 8 4v10l-8 4z"}),
        ("path", {"d": "M8.5 9.5 12 8l3.5 1.5v5L12 16l-3.5-1.5z"}),
    ),
    "shield": (("path", {"d": "M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6z"}),),
    "shield-check": (
        (
            "path",
            {"d": "M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6zM8.8 11.8l2.3 2.3 4.2-4.6"},
        ),
    ),
    "day": (
        ("circle", {"cx": "12", "cy": "12", "r": "4"}),
        (
            "path",
            {
                "d": "M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17"
                "M17 7l1.4-1.4"
            },
        ),
    ),
    "bell": (
        (
            "path",
            {"d": "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 18.5a2 2 0 0 0 4 0"},
        ),
    ),
    "folder": (
        (
            "path",
            {"d": "M4 7a2 2 0 0 1 2-2h4l2 2h6a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2z"},
        ),
    ),
    "board": (
        ("rect", {"x": "4", "y": "4", "width": "4.5", "height": "16", "rx": "1"}),
        ("rect", {"x": "9.8", "y": "4", "width": "4.5", "height": "10", "rx": "1"}),
        ("rect", {"x": "15.6", "y": "4", "width": "4.5", "height": "13", "rx": "1"}),
    ),
    "chart": (("path", {"d": "M4 20h16M7 16v-5M12 16V5M17 16v-8"}),),
    "download": (("path", {"d": "M12 4v11M7.5 10.5L12 15l4.5-4.5M5 19.5h14"}),),
    "walk-in": (
        ("circle", {"cx": "10", "cy": "8", "r": "3.5"}),
        ("path", {"d": "M3.5 20a6.5 6.5 0 0 1 13 0M19 8v6M16 11h6"}),
    ),
    "people": (
        ("circle", {"cx": "9", "cy": "8", "r": "3.5"}),
        (
            "path",
            {
                "d": "M2.5 20a6.5 6.5 0 0 1 13 0M15.5 4.8a3.5 3.5 0 0 1 0 6.4M18 14.5a6.5"
                " 6.5 0 0 1 3.5 5.5"
            },
        ),
    ),
    "client": (
        ("circle", {"cx": "12", "cy": "8", "r": "3.5"}),
        ("path", {"d": "M5 20a7 7 0 0 1 14 0"}),
    ),
    "referral": (("path", {"d": "M4 12h13M12 6.5l5.5 5.5-5.5 5.5M20.5 5v14"}),),
    "centre": (("path", {"d": "M4 20h16M6 20V6l6-3 6 3v14M10 9h4M10 13h4M11 20v-3h2v3"}),),
    "creditor": (
        (
            "path",
            {"d": "M5 4h14v16H6.5A1.5 1.5 0 0 1 5 18.5zM5 18.5A1.5 1.5 0 0 1 6.5 17H19"},
        ),
        ("path", {"d": "M9 8.5h6M9 12h4"}),
    ),
    "page": (
        (
            "path",
            {"d": "M14 4H6v16h12V8zM14 4v4h4M9 12h6M9 15.5h6"},
        ),
    ),
    "review": (
        ("path", {"d": "M13 20H6a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1h12a1 1 0 0 1 1 1v6M9 8.5h6M9 12h3"}),
        ("circle", {"cx": "16.5", "cy": "16.5", "r": "2.5"}),
        ("path", {"d": "m18.5 18.5 2 2"}),
    ),
    "came-back": (("path", {"d": "M4 6h16v10h-8l-4.5 3.5V16H4zM9.5 11l2 2 3.5-4"}),),
    "help": (
        ("circle", {"cx": "12", "cy": "12", "r": "8.5"}),
        (
            "path",
            {"d": "M9.6 9.5a2.5 2.5 0 0 1 4.9.6c0 1.7-2.5 2-2.5 3.6M12 16.8v.1"},
        ),
    ),
    "calendar": (
        ("rect", {"x": "4", "y": "5.5", "width": "16", "height": "14.5", "rx": "1.5"}),
        ("path", {"d": "M4 10h16M8.5 3v4M15.5 3v4"}),
    ),
    "sign-out": (
        ("path", {"d": "M14 5H6a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h8M10 12h10M17 8.5 20.5 12 17 15.5"}),
    ),
    "find": (
        ("circle", {"cx": "11", "cy": "11", "r": "6.5"}),
        ("path", {"d": "m16 16 4.5 4.5"}),
    ),
    "done": (("path", {"d": "m5 12.5 4.5 4.5L19 7.5"}),),
    "half": (
        ("circle", {"cx": "12", "cy": "12", "r": "8"}),
        ("path", {"d": "M12 4a8 8 0 0 1 0 16z", "class_name": "filled"}),
    ),
    "clock": (
        ("circle", {"cx": "12", "cy": "12", "r": "8.5"}),
        ("path", {"d": "M12 7v5l3.5 2"}),
    ),
    "late": (("path", {"d": "M12 4 2.8 20h18.4zM12 10v4.5M12 17.2v.1"}),),
    "open": (("circle", {"cx": "12", "cy": "12", "r": "8"}),),
    "dash": (("path", {"d": "M6 12h12"}),),
    "eye": (
        ("path", {"d": "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"}),
        ("circle", {"cx": "12", "cy": "12", "r": "2.8"}),
    ),
    "plus": (("path", {"d": "M12 5v14M5 12h14"}),),
    "close": (("path", {"d": "m6 6 12 12M18 6 6 18"}),),
    "up": (("path", {"d": "m6 14 6-6 6 6"}),),
    "turn": (("path", {"d": "m9 6 6 6-6 6"}),),
    "down": (("path", {"d": "m6 10 6 6 6-6"}),),
    "lock": (
        ("rect", {"x": "5", "y": "11", "width": "14", "height": "9", "rx": "2"}),
        ("path", {"d": "M8 11V8a4 4 0 0 1 8 0v3"}),
    ),
    "phone": (
        (
            "path",
            {
                "d": "M7 4h3l1.5 4-2 1.5a11 11 0 0 0 5 5l1.5-2 4 1.5v3a2 2 0 0 1-2 2A14 14 0"
                " 0 1 5 6a2 2 0 0 1 2-2z"
            },
        ),
    ),
    "mail": (
        ("rect", {"x": "4", "y": "6", "width": "16", "height": "12", "rx": "1.5"}),
        ("path", {"d": "m4.5 7.5 7.5 6 7.5-6"}),
    ),
    "measure": (("path", {"d": "M4 8h16v8H4zM8 8v3M12 8v5M16 8v3"}),),
    "check": (
        ("circle", {"cx": "12", "cy": "12", "r": "8.5"}),
        ("path", {"d": "m8 12.4 2.8 2.8 5.4-6"}),
    ),
    "list": (
        ("path", {"d": "m4 6.5 1.2 1.2L7.5 5M4 13l1.2 1.2 2.3-2.7M11 7h9M11 13h9M11 19h9M4 19h3"}),
    ),
    "note": (("path", {"d": "M4 20h16M6 15l9.5-9.5a2 2 0 0 1 2.8 2.8L9 17.5 5.5 18z"}),),
}

_TAGS: Final = {"path": rx.el.path, "circle": rx.el.circle, "rect": rx.el.rect}

ICONS: Final = frozenset(_PATHS)
"""The names that `icon` knows."""


def icon(name: str) -> rx.Component:
    """Return an icon, hidden from screen readers: words stand beside it."""
    shapes = [_TAGS[tag](**props) for tag, props in _PATHS[name]]
    return rx.el.svg(*shapes, view_box="0 0 24 24", custom_attrs={"aria-hidden": "true"})
