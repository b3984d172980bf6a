"""The one way out to a provider: no redirect, no private network, no long or slow answer.

The name is looked up here and the address that was checked is the one connected to, so a name that
answers differently the second time gains nothing. Time and bytes are counted on the wire itself,
whatever is being read.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore
import httpx

from cma_app.identity.troubles import NotProven
from cma_app.settings import LOOPBACK, settings

MOST_BYTES: Final = 300_000
"""Of one answer, headers and all: keys of a large provider take some 20,000."""


class _TooLarge(httpcore.ReadError):
    """More came than an answer may hold."""


class _NotPublic(httpcore.ConnectError):
    """The name leads to an address that is not for the internet."""


class _Leash(httpcore.NetworkStream):
    """A connection that ends at its deadline and at its last byte."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float, left: list[int]) -> None:
        self._stream, self._deadline, self._left = stream, deadline, left

    def _remaining(self, kind: type[httpcore.TimeoutException]) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise kind
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        came = self._stream.read(max_bytes, self._remaining(httpcore.ReadTimeout))
        self._left[0] -= len(came)
        if self._left[0] < 0:
            raise _TooLarge
        return came

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._remaining(httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(
            ssl_context, server_hostname, self._remaining(httpcore.ConnectTimeout)
        )
        return _Leash(inner, self._deadline, self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Way(httpcore.NetworkBackend):
    """Connects to a checked address of a name, for so many seconds in all."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the whole way has its own
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = _checked_address(host, port)
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ConnectTimeout
        stream = self._inner.connect_tcp(address, port, left, local_address, socket_options)
        return _Leash(stream, self._deadline, [MOST_BYTES])


class Transport(httpx.HTTPTransport):
    """httpx's own transport over such a way; each is for one errand and is closed after it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(verify=_trusted(), trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trusted(), network_backend=_Way(seconds), retries=0
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, where it may go, and return its answer, where that is plain."""
        require_https(str(request.url))
        request.headers["accept-encoding"] = "identity"
        answer = super().handle_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            answer.close()
            raise NotProven("not_json")  # packed, it could unfold without end
        return answer


def fetch_json(address: str, *, seconds: float | None = None) -> dict[str, Any]:
    """Return the JSON object at an address; NotProven with the reason otherwise."""
    with (
        errands(),
        httpx.Client(
            transport=Transport(seconds or settings().sso_seconds), trust_env=False
        ) as client,
    ):
        return json_of(client.get(address, headers={"accept": "application/json"}))


def json_of(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of an answer; NotProven where it is none."""
    if answer.is_redirect:
        raise NotProven("redirected")
    if answer.status_code != 200:
        raise NotProven("bad_status")
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        raise NotProven("not_json") from None
    if not isinstance(found, dict):
        raise NotProven("not_json")
    return found


@contextmanager
def errands() -> Iterator[None]:
    """Put what goes wrong on the way into our one error."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpcore.NetworkError) as error:
        raise NotProven(_reason(error)) from None


def _reason(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, _TooLarge):
            return "too_large"
        if isinstance(cause, _NotPublic):
            return "not_public"
        if isinstance(cause, httpx.TimeoutException | httpcore.TimeoutException):
            return "slow"
        cause = cause.__cause__ or cause.__context__
    return "unreachable"


def require_https(address: str) -> None:
    """Refuse an address that is not https; this machine itself may be asked in the clear.

    Only while people reach us in the clear too (CMA_HTTPS is off): on a machine for development.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise NotProven("not_https") from None
    if parts.username or parts.password or not host or "\\" in address:
        raise NotProven("not_https")
    here = host in LOOPBACK and not settings().https
    if parts.scheme != "https" and not (parts.scheme == "http" and here):
        raise NotProven("not_https")


def _checked_address(host: str, port: int) -> str:
    """Return an address of a host that we may connect to."""
    try:
        named = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise httpcore.ConnectError from None
    found = sorted({str(each[4][0]) for each in named})
    private_allowed = host.lower() in settings().sso_private_hosts
    if host in LOOPBACK and not settings().https:
        private_allowed = True
    for each in found:
        if not private_allowed and not _is_public(each):
            raise _NotPublic
    return found[0]


def _is_public(address: str) -> bool:
    """Say whether an address is of the internet: no network of our own and not this machine."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inner:
            return _is_public(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return _is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


@cache
def _trusted() -> ssl.SSLContext:
    """Return who signs for servers: what the machine trusts, not what the environment names."""
    return ssl.create_default_context()
