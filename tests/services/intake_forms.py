"""What a person at the door types, as the screen sends it."""

from datetime import timedelta

from cma_app.clock import today

ROUTES = {f"route_{name}": "yes" for name in ("call", "text", "email")} | {
    "route_voicemail": "no",
    "route_post": "not_asked",
}


def walk_in_form(**over: str) -> dict[str, str]:
    """Return a complete walk-in; each answer can be another."""
    return {
        "first_name": "Leanne",
        "last_name": "Whitmore",
        "date_of_birth": "27 3 1984",
        "postcode": "po1 3ax",
        "nation": "",
        "phone": "07700 900123",
        "email": "leanne@example.org",
        "source": "church",
        "emergency": "no",
        "note": "Came with a folder of letters.",
        "minutes": "20",
        **ROUTES,
        **over,
    }


def emergency(days: int, what: str = "Eviction", at: str = "10:30") -> dict[str, str]:
    """Return the answers for something that happens some days from today."""
    day = today() + timedelta(days=days)
    return {
        "emergency": "yes",
        "emergency_what": what,
        "emergency_date": f"{day.day} {day.month} {day.year}",
        "emergency_time": at,
    }
