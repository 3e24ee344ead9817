"""Outgoing: the one guarded way in which this program asks other sites for anything.

Only public addresses are connected to, and the address that was checked is the one that is used, so that a name cannot
point elsewhere a moment later. No redirect is followed, no proxy of the environment used, no cookie kept; time and size
have an end, also for a site that sends a byte a second.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpcore
from httpcore import ConnectError, NetworkBackend, NetworkStream, ReadTimeout

from app.config import settings
from app.words import _

SECONDS_MOST = 10.0  # from the first look for the address to the last byte
BYTES_MOST = 64_000
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Failure = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError, ValueError)


class NotPublic(ConnectError):
    """The address belongs to a private network."""


class Answer(NamedTuple):
    """What the other side answered; of a long body only the beginning."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - as HTTP numbers them


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a body and hear the answer. Raises one of `Failure`, whose words say what is wrong."""
    guarded = Guarded(time.monotonic() + SECONDS_MOST)
    with (
        httpcore.ConnectionPool(ssl_context=_trust(), network_backend=guarded) as pool,
        pool.stream("POST", url, headers=list(headers.items()), content=body) as response,
    ):
        received = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return Answer(response.status, received, _beginning(response.iter_stream()))


def _beginning(chunks: Iterable[bytes]) -> bytes:
    beginning = b""
    for chunk in chunks:
        beginning += chunk
        if len(beginning) >= BYTES_MOST:
            break
    return beginning[:BYTES_MOST]


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


class Guarded(NetworkBackend):
    """Connects to public addresses only, until a moment after which nothing is waited for."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.network = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Any = None,
    ) -> NetworkStream:  # fmt: skip
        *others, last = allowed(host, port, self.until)
        for address in others:
            with suppress(httpcore.NetworkError):
                return self._connected(address, port, timeout, local_address, socket_options)
        return self._connected(last, port, timeout, local_address, socket_options)

    def _connected(self, address: str, port: int, timeout: float | None, *options: Any) -> NetworkStream:
        return Ending(self.network.connect_tcp(address, port, remaining(self.until, timeout), *options), self.until)


class Ending(NetworkStream):
    """A connection on which nothing lasts longer than until a given moment."""

    def __init__(self, stream: NetworkStream, until: float) -> None:
        self.stream, self.until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, remaining(self.until, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, remaining(self.until, timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        return Ending(self.stream.start_tls(ssl_context, server_hostname, remaining(self.until, timeout)), self.until)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def remaining(until: float, most: float | None) -> float:
    """The seconds that are left, at most so many. Raises ReadTimeout when there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise _too_late()
    return left if most is None else min(left, most)


def _too_late() -> ReadTimeout:
    return ReadTimeout(_("It took longer than %s seconds.") % int(SECONDS_MOST))


def allowed(host: str, port: int, until: float) -> list[str]:
    """The addresses of a host that may be connected to. Raises NotPublic if there are none."""
    addresses = _resolved(host, port, until)
    public = addresses if settings().private_networks == "on" else [each for each in addresses if is_public(each)]
    if not public:
        raise NotPublic(_("%s is on a private network, where DAYLIGHT_PRIVATE_NETWORKS=on would allow it.") % host)
    return public


def _resolved(host: str, port: int, until: float) -> list[str]:
    """The addresses of a host. The system looks them up for as long as it likes, so it does in a thread of its own."""
    found: Future[list[str]] = Future()

    def look_up() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.set_result(list(dict.fromkeys(str(address[0]) for *_kinds, address in answers)))
        except Exception as trouble:  # noqa: BLE001 - whoever waits is told
            found.set_exception(trouble)

    Thread(target=look_up, daemon=True).start()
    try:
        return found.result(remaining(until, None))
    except TimeoutError:
        raise _too_late() from None


def is_plainly_forbidden(url: str) -> bool:
    """Whether an address is a private one on its face; where a name leads to is seen whenever it is used."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        is_private = host == "localhost"
    else:
        is_private = not is_public(host)
    return is_private and settings().private_networks == "off"


def is_public(address: str) -> bool:
    """Whether anybody on the internet could connect to it, also where one form of address stands inside another."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inside(parsed) if isinstance(parsed, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The older address that an IPv6 address leads to, if it does."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
