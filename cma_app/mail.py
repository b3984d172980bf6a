"""Hands one letter to the mail server, and says what became of it, or that nobody knows.

What the server says in words is never kept: it may repeat the address.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from typing import Final, Literal
from uuid import uuid4

import aiosmtplib

from cma_app.clock import now
from cma_app.settings import Settings, settings

Result = Literal["sent", "refused", "unreached", "unknown", "stopped"]
PERMANENT: Final = 500


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a letter.

    `sent`: the server took it. `refused`: it said no, for good. `unreached`: it did not take it,
    and may later. `unknown`: it had the letter and did not answer. `stopped`: we thought better
    of it. `code` is the server's, 0 where there was none.
    """

    result: Result
    code: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A plain letter to one address."""

    address: str
    sender: str  # the name that is shown
    subject: str
    body: str


def written(message: Message, sender: str) -> bytes:
    """Return the letter as it goes over the wire; neither machine nor centre is named in it."""
    name, _, domain = sender.rpartition("@")
    letter = EmailMessage(policy=SMTP_POLICY)
    letter["From"] = Address(message.sender, name, domain)
    letter["To"] = message.address
    letter["Subject"] = message.subject
    letter["Date"] = format_datetime(now())
    letter["Message-ID"] = f"<{uuid4()}@{domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.body, cte="quoted-printable")
    return letter.as_bytes()


async def deliver(message: Message, *, still_may: Callable[[], Awaitable[bool]]) -> Delivery:
    """Hand a letter over and say what became of it.

    `still_may` is asked last of all, when the server has agreed to both addresses and nothing of
    the letter has left us; after it the letter goes.
    """
    chosen = settings()
    sender = chosen.smtp_sender or ""
    try:
        client = _client(chosen, sender)
        await client.connect()
    except aiosmtplib.SMTPAuthenticationError as error:
        return Delivery("unreached", error.code)
    except (aiosmtplib.SMTPException, OSError) as error:
        return Delivery("unreached", getattr(error, "code", 0))
    try:
        return await _hand_over(client, message, sender, still_may)
    finally:
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=2)
        client.close()


async def _hand_over(
    client: aiosmtplib.SMTP,
    message: Message,
    sender: str,
    still_may: Callable[[], Awaitable[bool]],
) -> Delivery:
    answer = await _addressed(client, message, sender)
    if answer is None and not await still_may():
        answer = Delivery("stopped")
    if answer is not None:
        return answer
    try:
        await client.data(written(message, sender))
    except aiosmtplib.SMTPDataError as error:
        return _said_no(error.code)
    except (aiosmtplib.SMTPException, OSError):
        return Delivery("unknown")
    return Delivery("sent")


async def _addressed(client: aiosmtplib.SMTP, message: Message, sender: str) -> Delivery | None:
    """Say from whom and to whom; None where the server agrees, else what came of it."""
    try:
        await client.mail(sender)
        await client.rcpt(message.address)
    except aiosmtplib.SMTPSenderRefused as error:
        return Delivery("unreached", error.code)  # our own affair, not this address's
    except aiosmtplib.SMTPResponseException as error:
        return _said_no(error.code)
    except UnicodeEncodeError:
        return Delivery("refused")
    except (aiosmtplib.SMTPException, OSError):
        return Delivery("unreached")
    return None


def _said_no(code: int) -> Delivery:
    return Delivery("refused" if code >= PERMANENT else "unreached", code)


def _client(chosen: Settings, sender: str) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=chosen.smtp_host,
        port=chosen.smtp_port,
        use_tls=chosen.smtp_tls == "tls",
        start_tls=chosen.smtp_tls == "starttls",
        username=chosen.smtp_user,
        password=chosen.mail_password if chosen.smtp_user else None,
        timeout=chosen.smtp_seconds,
        local_hostname=sender.rpartition("@")[2],
    )
