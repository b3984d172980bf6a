"""The workshop's own process: it loads what makes files safe, and forks once for each file.

Each fork may use so much memory and time, may open nothing, neither file nor network, and ends
with its one file. The process starts with an empty environment: it knows no key and no database.
Run as `python -m cma_app.intake.bench FD`, never imported by the app.
"""

import ctypes
import io
import json
import math
import os
import resource
import signal
import socket
import sys
from typing import Any, Final, NoReturn

import pikepdf
import pypdfium2
from PIL import Image

from cma_app.intake import papers, pictures
from cma_app.intake.kinds import PDF, agree, kind_of
from cma_app.intake.refusals import FileRefused

MEMORY: Final = 400 * 1024 * 1024
"""Bytes that one file may take beyond what the loaded libraries have."""
NOBODY: Final = 65534
_DEATH: Final = 1  # PR_SET_PDEATHSIG
_NO_NEW_RIGHTS: Final = 38  # PR_SET_NO_NEW_PRIVS
_NEW_USER_AND_NET: Final = 0x10000000 | 0x40000000


def main(descriptor: int) -> None:
    """Serve until our end of the line closes."""
    line = socket.socket(fileno=descriptor)
    _warm()
    _give_up_rights()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    line.send(b"+")
    while True:
        told, files, _, _ = socket.recv_fds(line, 4096, 3)
        if not told:
            return
        if os.fork() == 0:
            line.close()
            _work(json.loads(told), *files)
        for each in files:
            os.close(each)
        line.send(b"+")


def _warm() -> None:
    """Load by use all that cleaning needs: a fork can open no file, not even a module's."""
    for form in ("PNG", "JPEG", "WEBP", "TIFF", "HEIF"):
        into = io.BytesIO()
        Image.new("RGB", (64, 64)).save(into, form)
        clean(into.getvalue(), "")
    many = io.BytesIO()
    Image.new("1", (8, 8)).save(
        many, "TIFF", save_all=True, append_images=[Image.new("1", (8, 8))], compression="group4"
    )
    made, *_ = clean(many.getvalue(), "")
    clean(made, "")
    picture_of(made, PDF, 0, 64)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array()))
        again = io.BytesIO()
        pdf.save(again)
    clean(again.getvalue(), "")
    for wrong in (b"nothing known", b"%PDF-1.7 broken %%EOF", b"\x89PNG\r\n\x1a\nbroken"):
        try:
            clean(wrong, "")
        except FileRefused:
            continue


def _give_up_rights() -> None:
    """Become nobody without a network, as far as this system lets us."""
    if sys.platform.startswith("linux"):
        system = ctypes.CDLL(None, use_errno=True)
        system.unshare(_NEW_USER_AND_NET if os.geteuid() else _NEW_USER_AND_NET & ~0x10000000)
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        system.prctl(_NO_NEW_RIGHTS, 1, 0, 0, 0)
        system.prctl(_DEATH, signal.SIGKILL, 0, 0, 0)


def _work(task: dict[str, Any], source: int, target: int, answer: int) -> NoReturn:
    """Do one task within its limits, say how it went and the most memory it held, and end."""
    said: dict[str, Any]
    try:
        _limit(float(task["seconds"]), int(task["most"]))
        with os.fdopen(source, "rb", closefd=False) as file:
            file.seek(0)
            content = file.read()
        said = _done(task, content, target)
    except FileRefused as refused:
        said = {"refused": refused.code}
    except MemoryError:
        said = {"refused": "too_much"}
    except Exception:  # whatever a hostile file makes of a library
        said = {"refused": "broken"}
    said["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    os.write(answer, json.dumps(said).encode())
    os._exit(0)


def _done(task: dict[str, Any], content: bytes, target: int) -> dict[str, Any]:
    if task["what"] == "clean":
        made, kind, pages, left = clean(content, str(task["name"]))
        said: dict[str, Any] = {"kind": kind, "pages": pages, "left": left}
    else:
        made = picture_of(content, task["kind"], int(task["number"]), int(task["longest"]))
        said = {}
    with os.fdopen(target, "wb", closefd=False) as file:
        file.write(made)
    return said


def _limit(seconds: float, most: int) -> None:
    """Set what this process may use; a signal that nothing can hold back ends it in time."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    for what, amount in (
        (resource.RLIMIT_CPU, math.ceil(seconds)),
        (resource.RLIMIT_FSIZE, most),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_AS, _held() + MEMORY),
    ):
        resource.setrlimit(what, (amount, amount))


def _held() -> int:
    """Return the bytes of address space that this process has now."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def clean(content: bytes, name: str) -> tuple[bytes, str, int, list[str]]:
    """Return a file made safe, its type, its pages, and what was left behind; or FileRefused."""
    kind = kind_of(content)
    agree(name, kind)
    if kind == "pdf":
        return papers.clean_paper(content)
    return pictures.clean_picture(content, kind)


def picture_of(content: bytes, kind: str, number: int, longest: int) -> bytes:
    """Return one page, counted from 0, as a JPEG whose longest side is as given."""
    if kind == PDF:
        with pypdfium2.PdfDocument(content) as shown:
            picture = papers.draw(shown[number], longest).to_pil()
    else:
        picture = Image.open(io.BytesIO(content), formats=["JPEG", "PNG"])
        picture.draft("RGB", (longest, longest))
        picture.thumbnail((longest, longest))
    into = io.BytesIO()
    picture.convert("RGB").save(into, "JPEG", quality=82)
    return into.getvalue()


if __name__ == "__main__":
    main(int(sys.argv[1]))
