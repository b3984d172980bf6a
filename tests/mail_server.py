"""A real mail server on loopback, which keeps what it took and does what a test says."""

import asyncio
import email
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from cma_app.settings import settings, use_settings
from tests.served import free_port

SENDER = "hello@post.example.org"


class MailServer:
    """What it was sent, and how it answers: `on_rcpt` runs before an address is agreed to.

    `hangs`: it takes the whole letter and never says so. `data_reply`, `rcpt_reply`: it says that.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.letters: list[EmailMessage] = []
        self.had: list[EmailMessage] = []
        self.greeted: list[str] = []
        self.rcpt_reply = ""
        self.data_reply = ""
        self.hangs = False
        self.on_rcpt: Callable[[], None] = lambda: None
        self.has_one = threading.Event()

    async def handle_EHLO(  # the library's names
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greeted.append(hostname)
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        await asyncio.to_thread(self.on_rcpt)
        if self.rcpt_reply:
            return self.rcpt_reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = email.message_from_bytes(envelope.content, policy=default)
        self.had.append(letter)  # type: ignore[arg-type]
        self.has_one.set()
        if self.hangs:
            await asyncio.sleep(600)
        if self.data_reply:
            return self.data_reply
        self.letters.append(letter)  # type: ignore[arg-type]
        return "250 taken"

    @property
    def environment(self) -> dict[str, str]:
        """Return what points a process of its own at this server."""
        return {
            "CMA_SMTP_HOST": "127.0.0.1",
            "CMA_SMTP_PORT": str(self.port),
            "CMA_SMTP_TLS": "none",
            "CMA_SMTP_SENDER": SENDER,
        }


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server while the block does, with the settings of this process pointed at it."""
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    before = settings()
    controller.start()
    use_settings(
        before.model_copy(
            update={
                "smtp_host": "127.0.0.1",
                "smtp_port": server.port,
                "smtp_tls": "none",
                "smtp_sender": SENDER,
            }
        )
    )
    try:
        yield server
    finally:
        use_settings(before)
        controller.stop()
