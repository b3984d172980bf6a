"""A virus scanner asked over clamd's INSTREAM: while one is set and silent, nothing passes.

The protocol is clamd(8): `zINSTREAM`, then chunks with their length as four bytes, then a length
of nought; the answer is `stream: OK` or `stream: <name> FOUND`.
"""

import socket
import struct
from typing import IO, Final

import structlog

from cma_app.intake.refusals import FileRefused
from cma_app.settings import settings

log = structlog.get_logger(__name__)

CHUNK: Final = 64 * 1024
LONGEST_ANSWER: Final = 4096


def scan(file: IO[bytes]) -> None:
    """Let a spooled file pass, or raise FileRefused; without a scanner everything passes."""
    where = settings().scanner
    if not where:
        return
    file.seek(0)
    try:
        with _reached(where) as line:
            said = _asked(line, file)
    except OSError as error:
        log.warning("scanner_away", error=type(error).__name__)
        raise FileRefused("scanner_away") from None
    if said == "stream: OK":
        return
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        raise FileRefused("virus")
    log.warning("scanner_unclear")
    raise FileRefused("scanner_away")


def _reached(where: str) -> socket.socket:
    seconds = settings().scanner_seconds
    if where.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(seconds)
        try:
            line.connect(where)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = where.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=seconds)


def _asked(line: socket.socket, file: IO[bytes]) -> str:
    line.sendall(b"zINSTREAM\0")
    while part := file.read(CHUNK):
        line.sendall(struct.pack(">I", len(part)) + part)
    line.sendall(struct.pack(">I", 0))
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        part = line.recv(1024)
        if not part:
            break
        said += part
    return said.rstrip(b"\0\n").decode("ascii", "replace")
