"""Waits for something to become so, and never longer than it must."""

import time
from collections.abc import Callable


def until(so: Callable[[], object], *, seconds: float = 30, what: str = "it") -> None:
    """Return as soon as `so()` is true; fail when the time is over."""
    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline, f"{what} did not happen in {seconds} s"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether no such process runs (one that ended and was not waited for is gone, too)."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
