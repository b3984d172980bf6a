"""The answers of the household's form, for a page to list."""

from cma_app.services import households

TENURES: list[tuple[str, str]] = list(households.TENURES.items())
EMPLOYMENTS: list[tuple[str, str]] = list(households.EMPLOYMENTS.items())
