"""The only way out: requests to addresses that strangers name, which may not lead back inside.

A name is resolved by us; every address it answers with is checked, and the socket is opened to the address
that was checked, so that a name cannot answer differently the second time. Nothing is followed.
"""

import asyncio
import logging
import re
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from accounts.errors import Invalid
from integrations.addresses import WEB_PORTS, Allowance, is_open, written
from integrations.connections import EXCERPT, Broken, Connection, Reply

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 15.0
PATIENCE_SECONDS = 5.0
"""For one address, when there is another to try."""
IDLE_SECONDS = 30.0
RESOLVED_SECONDS = 10.0
LONGEST_URL = 500
DEFAULT_PORTS = {"http": 80, "https": 443}
HOST = re.compile(r"[0-9A-Za-z_-]([0-9A-Za-z_.-]*[0-9A-Za-z_-])?\.?|\[[0-9a-fA-F:.]+\]")
NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")


class Closed(OSError):
    """The address is not one that strangers may send us to."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator allows beyond the public web."""

    allowances: tuple[Allowance, ...] = ()
    requires_https: bool = True


class Target(NamedTuple):
    """Where a URL leads, and the beginning of a request to it."""

    scheme: str
    host: str
    port: int
    head: bytes

    @property
    def origin(self) -> tuple[str, str, int]:
        """What can share a connection."""
        return self[:3]


class Answer(NamedTuple):
    """What came back: a status, or why there is none."""

    status: int | None
    duration_ms: int
    error: str = ""
    excerpt: str = ""
    retry_after: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


def policy() -> Policy:
    """The operator's settings as they are now."""
    return _policy(tuple(settings.WEBHOOK_ALLOWED_NETWORKS), settings.WEBHOOK_REQUIRE_HTTPS)


@lru_cache(maxsize=8)
def _policy(networks: tuple[str, ...], requires_https: bool) -> Policy:
    return Policy(tuple(map(Allowance.parse, networks)), requires_https)


def check(url: str, policy: Policy) -> Target:
    """Refuse a URL that could never be sent to; what its name resolves to is checked at every connection."""
    if len(url) > LONGEST_URL:
        raise Invalid(f"A URL is at most {LONGEST_URL} characters.", field="url")
    target = _parsed(url)
    if target is None:
        raise Invalid("This is not a URL such as https://example.com/hooks.", field="url")
    open_ports = {allowance.port for allowance in policy.allowances}
    if target.port not in WEB_PORTS and not open_ports & {target.port, None}:
        raise Invalid("Only the ports 80 and 443 are allowed.", field="url")
    address = "127.0.0.1" if target.host.lower().rstrip(".") == "localhost" else written(target.host)
    if address and not is_open(address, target.port, policy.allowances):
        raise Invalid("This address is not public.", field="url")
    is_excepted = any(allowance.covers(address, target.port) for allowance in policy.allowances)
    if target.scheme == "http" and policy.requires_https and not is_excepted:
        raise Invalid("Only https is allowed.", field="url")
    return target


def _parsed(url: str) -> Target | None:
    """Read a URL, strictly: printable ASCII, no user name, a host that cannot be taken for another."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    name, at, _ = parts.netloc.rpartition("@")
    host = parts.hostname or ""
    bracketed = f"[{host}]" if ":" in host else host
    is_number = NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]) and not written(host)
    if name or at or not HOST.fullmatch(bracketed) or is_number:
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    shown = bracketed if port == DEFAULT_PORTS[parts.scheme] else f"{bracketed}:{port}"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {shown}\r\nUser-Agent: Unison-Webhooks/1.0\r\n"
        "Accept: */*\r\nContent-Type: application/json\r\n"
    )
    return Target(parts.scheme, host, port, head.encode())


class Egress:
    """A client whose connections live across batches; it belongs to one event loop."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._tls = ssl.create_default_context()
        self._tls.set_alpn_protocols(["http/1.1"])
        self._idle: dict[tuple[str, str, int], list[Connection]] = defaultdict(list)
        self._targets: dict[str, Target] = {}
        self._resolved: dict[tuple[str, int], tuple[float, asyncio.Task[list[str]]]] = {}

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post once. Whatever happens is an answer."""
        began = time.perf_counter()
        reply, error = None, ""
        try:
            if (target := self._targets.get(url)) is None:
                target = self._targets[url] = check(url, self._policy)
            lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
            request = target.head + f"{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body
            async with asyncio.timeout(TIMEOUT_SECONDS):
                reply = await self._exchange(target, request)
        except Invalid as refusal:
            error = refusal.message
        except (OSError, ssl.SSLError, UnicodeError) as failure:
            error = _in_words(failure)
        except Exception:  # one odd receiver must not stop the others
            logger.exception("A request failed in a way that is not known.")
            error = "The message could not be sent."
        duration = round((time.perf_counter() - began) * 1000)
        if reply is None:
            return Answer(None, duration, error)
        excerpt = reply.beginning and _shown(reply.beginning[:EXCERPT])
        return Answer(reply.status, duration, "", excerpt or "", reply.retry_after)

    async def _exchange(self, target: Target, request: bytes) -> Reply:
        """Use a connection that is idle, or a new one, also where the idle one had just been closed."""
        if connection := self._idle_to(target):
            try:
                return await self._through(connection, target, request)
            except Broken as broken:
                if not broken.is_untouched:
                    raise
        return await self._through(await self._connect(target), target, request)

    async def _through(self, connection: Connection, target: Target, request: bytes) -> Reply:
        reply = await connection.post(request)
        if connection.is_open:
            connection.idle_since = time.monotonic()
            self._idle[target.origin].append(connection)
        return reply

    def _idle_to(self, target: Target) -> Connection | None:
        idle = self._idle[target.origin]
        oldest = time.monotonic() - IDLE_SECONDS
        while idle:
            connection = idle.pop()
            if connection.is_open and connection.idle_since > oldest:
                return connection
            connection.close()
        return None

    async def _connect(self, target: Target) -> Connection:
        """Connect to the first of the name's addresses that answers."""
        *others, last = await self._addresses(target.host, target.port)
        for address in others:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    return await self._connect_to(address, target)
            except (TimeoutError, OSError):
                continue
        return await self._connect_to(last, target)

    async def _connect_to(self, address: str, target: Target) -> Connection:
        """Open a socket to the very address that is checked here."""
        if not is_open(address, target.port, self._policy.allowances):
            raise Closed
        loop = asyncio.get_running_loop()
        secure = {"ssl": self._tls, "server_hostname": target.host} if target.scheme == "https" else {}
        _, connection = await loop.create_connection(Connection, address, target.port, **secure)  # type: ignore[call-overload]
        assert isinstance(connection, Connection)  # noqa: S101  # for the type checker
        return connection

    async def _addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a name, asked for once in a while; refused when any of them is closed."""
        until, asking = self._resolved.get((host, port), (0.0, None))
        if asking is None or until < time.monotonic():
            asking = asyncio.create_task(_resolve(host, port))
            self._resolved[host, port] = time.monotonic() + RESOLVED_SECONDS, asking
        found = await asyncio.shield(asking)
        if not all(is_open(address, port, self._policy.allowances) for address in found):
            raise Closed
        return found

    async def close(self) -> None:
        """Close every connection."""
        for idle in self._idle.values():
            for connection in idle:
                connection.close()
        self._idle.clear()
        await asyncio.sleep(0)


async def _resolve(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _shown(text: bytes) -> str:
    """The text as far as it can be read and kept."""
    return text.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _in_words(failure: Exception) -> str:
    """Say what went wrong; nothing about addresses, which would tell a stranger how we look from inside."""
    match failure:
        case TimeoutError():
            return f"No answer within {TIMEOUT_SECONDS:g} seconds."
        case Closed():
            return "The address is not public."
        case Broken():
            return str(failure)
        case socket.gaierror() | UnicodeError():
            return "The host name was not found."
        case ssl.SSLError():
            return "The TLS connection could not be made."
        case _:
            return "Could not connect."
