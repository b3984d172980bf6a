"""Lists come a page at a time; fifty rows are as many as a person reads."""

from dataclasses import dataclass
from typing import Generic, TypeVar

PAGE_SIZE = 50
MOST_ROWS = 100_000_000  # further than any list goes, and within what PostgreSQL counts

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a list: its rows, how many there are in all, and which page this is."""

    rows: list[Item]
    total: int
    number: int = 1
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """Return how many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))


def offset_of(number: int, size: int = PAGE_SIZE) -> int:
    """Return how many rows come before a page; pages count from one."""
    return min((max(number, 1) - 1) * size, MOST_ROWS)
