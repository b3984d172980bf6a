"""Reads a document in a process of its own: small, short-lived, and gone with whoever asked.

What a document holds came from outside. The child gets the bytes by a pipe, writes nowhere but
into a private folder that goes with it, opens no address, and is ended when its time is up.
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any, Final

from cma_app.reading.words import Page, Reading
from cma_app.settings import ROOT, settings

MEMORY: Final = 1536 * 1024 * 1024
"""Bytes of address space of the child and of each program it starts."""
LARGEST_FILE: Final = 96 * 1024 * 1024
UNPRIVILEGED: Final = ROOT / "cma_app" / "unprivileged.py"


class ReadingFailed(RuntimeError):
    """A document could not be read; `code` says why: slow, unreadable or ended."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_apart(
    content: bytes,
    mime_type: str,
    *,
    seconds: float,
    told: Callable[[int, int], None] = lambda *_: None,
    began: Callable[["subprocess.Popen[bytes]"], None] = lambda *_: None,
) -> Reading:
    """Return what a document says; raise ReadingFailed where it cannot be read in that time.

    `told` is called with the pages done and the pages there are, on this thread; `began` with the
    process, for whoever wants to `end` it sooner.
    """
    with _private_folder() as folder:
        child = subprocess.Popen(
            _command(mime_type),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(folder),
            cwd=ROOT,
            start_new_session=True,
        )
        began(child)
        slow: list[bool] = []
        timer = Timer(seconds, _too_slow, (child, slow))
        timer.start()
        try:
            return _talk(child, content, told)
        except (ValueError, BrokenPipeError):
            raise ReadingFailed("slow" if slow else "ended") from None
        finally:
            timer.cancel()
            end(child)
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what it never took cannot be flushed
                        pipe.close()


def _talk(
    child: "subprocess.Popen[bytes]", content: bytes, told: Callable[[int, int], None]
) -> Reading:
    assert child.stdin is not None and child.stdout is not None  # noqa: PT018 - both were asked for
    child.stdin.write(content)
    child.stdin.close()
    for line in child.stdout:
        said: dict[str, Any] = json.loads(line)
        if "done" in said:
            told(said["done"], said["of"])
        elif "failed" in said:
            raise ReadingFailed(said["failed"])
        else:
            pages = tuple(Page.from_json(page) for page in said["pages"])
            return Reading(pages, said["page_count"])
    raise ValueError("the child ended without a word")


def _too_slow(child: "subprocess.Popen[bytes]", slow: list[bool]) -> None:
    slow.append(True)
    end(child)


def end(child: "subprocess.Popen[bytes]") -> None:
    """End the child and whatever it started."""
    if child.poll() is None:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def _command(mime_type: str) -> list[str]:
    """Return the child's command, tied to the life of this process where the system can."""
    death = str(int(signal.SIGKILL)) if sys.platform.startswith("linux") else "0"
    run = [sys.executable, "-I", str(UNPRIVILEGED), "-1", "-1", death, str(os.getpid())]
    return [*run, sys.executable, "-m", "cma_app.reading", mime_type]


def _environment(folder: str) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "TMPDIR": folder,
        "HOME": folder,
        "LANG": "C.UTF-8",
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@contextmanager
def _private_folder() -> Iterator[str]:
    """Make a folder that nobody else may enter; clear what a killed process of ours left."""
    above = settings().home / "reading"
    above.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in above.iterdir():
        if not _is_alive(left.name):
            shutil.rmtree(left, ignore_errors=True)
    folder = tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=above)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_alive(name: str) -> bool:
    number = name.split("-", 1)[0]
    if not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def limit(seconds: int) -> None:
    """Take away what reading does not need: in the child, before it sees a byte."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
