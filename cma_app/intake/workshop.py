"""Our end of the workshop: a file goes in, a safe one comes back, or the reason why not."""

import contextlib
import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from typing import IO, Any, Final

from cma_app.intake.refusals import CLEAN_SECONDS, MOST_BYTES, FileRefused
from cma_app.settings import ROOT

AT_ONCE: Final = 2
"""Files in the workshop at the same time; the next one waits."""
MOST_MADE: Final = 2 * MOST_BYTES
"""A file made safe may be somewhat larger than it came."""
PAGE_SECONDS: Final = 20
_GRACE: Final = 5.0


@dataclass(frozen=True, slots=True)
class SafeFile:
    """A file made safe: its bytes, type and pages, and what of the original was left behind."""

    content: bytes
    mime_type: str
    page_count: int
    left_behind: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """The hash of the safe bytes, in hex."""
        return hashlib.sha256(self.content).hexdigest()


def spool() -> IO[bytes]:
    """Return a place for bytes that no crash leaves behind: memory, where the system lets us."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("cma"), "w+b")
    return tempfile.TemporaryFile()


class Workshop:
    """The process that makes files safe; started at the first file, and again if it died."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self.most_memory = 0
        """Bytes: the most that the work on one file held resident, of those it could tell of."""

    def make_safe(self, file: IO[bytes], *, name: str) -> SafeFile:
        """Return a spooled file made safe; FileRefused with the reason otherwise."""
        task = {"what": "clean", "name": name[-40:], "seconds": CLEAN_SECONDS}
        said, made = self._hand_in(task, file)
        return SafeFile(made, said["kind"], int(said["pages"]), tuple(said["left"]))

    def draw_page(self, content: bytes, *, mime_type: str, number: int, longest: int) -> bytes:
        """Return a page of a safe file, counted from 1, as a JPEG."""
        task = {
            "what": "page",
            "kind": mime_type,
            "number": number - 1,
            "longest": longest,
            "seconds": PAGE_SECONDS,
        }
        with spool() as file:
            file.write(content)
            file.flush()
            return self._hand_in(task, file)[1]

    def close(self) -> None:
        """End the process; the next file starts another."""
        with self._lock:
            self._end()

    def _hand_in(self, task: dict[str, Any], file: IO[bytes]) -> tuple[dict[str, Any], bytes]:
        file.flush()
        ours, theirs = socket.socketpair()
        with self._turns, ours, theirs, spool() as made:
            self._send({**task, "most": MOST_MADE}, file.fileno(), made.fileno(), theirs.fileno())
            theirs.close()
            ours.settimeout(task["seconds"] + _GRACE)
            said = self._answer(ours)
            made.seek(0)
            return said, made.read()

    def _answer(self, line: socket.socket) -> dict[str, Any]:
        try:
            told = line.recv(65536)
        except TimeoutError:
            self.close()  # it did not even end by itself
            told = b""
        if not told:  # a limit ended it
            raise FileRefused("too_much")
        said = json.loads(told)
        self.most_memory = max(self.most_memory, int(said["memory"]))
        if "refused" in said:
            raise FileRefused(str(said["refused"]))
        return said

    def _send(self, task: dict[str, Any], *files: int) -> None:
        with self._lock:
            for last in (False, True):
                line = self._line or self._start()
                try:
                    socket.send_fds(line, [json.dumps(task).encode()], files)
                    if line.recv(1):
                        return
                except OSError:
                    pass
                self._end()
                if last:
                    raise FileRefused("too_much")

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cma_app.intake.bench", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                cwd=ROOT,
                env={"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        ours.settimeout(60)
        ours.recv(1)  # it is ready, or gone: the first message will tell
        self._line = ours
        return ours

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._process.wait()
        self._process = self._line = None


@cache
def workshop() -> Workshop:
    """Return this process's workshop."""
    return Workshop()
