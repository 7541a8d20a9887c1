"""The only way out: requests to addresses that strangers name, which may not lead back inside.

A name is resolved once per connection; every address it answers with is checked, and the socket is opened to
the address that was checked, so that a name cannot answer differently the second time. Nothing is followed.
"""

import logging
import re
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from django.conf import settings
from yarl import URL

from accounts.errors import Invalid
from integrations.addresses import WEB_PORTS, Allowance, is_open

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 15
EXCERPT = 500
READ_LIMIT = 16_384
LONGEST_URL = 500
NAME = re.compile(r"[^\s/@:%\[\]]+")
NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
SPARE_HEADERS = ("Accept", "Accept-Encoding")


class Closed(OSError):
    """The address is not one that strangers may send us to."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator allows beyond the public web."""

    allowances: tuple[Allowance, ...] = ()
    requires_https: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
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


def check(url: str, policy: Policy) -> URL:
    """Refuse a URL that could never be sent to; what its name resolves to is checked at every connection."""
    if len(url) > LONGEST_URL:
        raise Invalid(f"A URL is at most {LONGEST_URL} characters.", field="url")
    parsed, host, port = _parsed(url)
    if not host or not port or parsed.scheme not in {"http", "https"} or not _is_written_well(host):
        raise Invalid("This is not a URL such as https://example.com/hooks.", field="url")
    if parsed.user or parsed.password:
        raise Invalid("A URL carries no user name and no password here.", field="url")
    allowed_ports = {allowance.port for allowance in policy.allowances}
    if port not in WEB_PORTS and not allowed_ports & {port, None}:
        raise Invalid("Only the ports 80 and 443 are allowed.", field="url")
    address = _address(host)
    if address and not is_open(address, port, policy.allowances):
        raise Invalid("This address is not public.", field="url")
    is_excepted = any(a.covers(ip_address(address), port) for a in policy.allowances) if address else False
    if parsed.scheme == "http" and policy.requires_https and not is_excepted:
        raise Invalid("Only https is allowed.", field="url")
    return parsed


def _parsed(url: str) -> tuple[URL, str | None, int | None]:
    try:
        parsed = URL(url)
        return parsed, parsed.host, parsed.port
    except (ValueError, TypeError):
        return URL(), None, None


def _is_written_well(host: str) -> bool:
    """Whether this is an address as everybody writes it, or a name that cannot be taken for one."""
    if ":" in host:
        return True
    last = host.rstrip(".").rpartition(".")[2]
    return bool(NAME.fullmatch(host)) and (not NUMBER.fullmatch(last) or _address(host) is not None)


def _address(host: str) -> str | None:
    """The address that a host is by itself, without asking anybody."""
    if host.lower().rstrip(".") == "localhost":
        return "127.0.0.1"
    try:
        return str(ip_address(host))
    except ValueError:
        return None


class CheckedResolver(AbstractResolver):
    """Resolves a name as the system does, and refuses it when any of its addresses is closed."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give the addresses of a name."""
        found = await self._system.resolve(host, port, family)
        if not all(is_open(result["host"], port, self._policy.allowances) for result in found):
            raise Closed
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._system.close()


class Egress:
    """A client whose connections live across batches; it belongs to one event loop."""

    def __init__(self, policy: Policy, *, connections: int) -> None:
        self._policy = policy
        self._connector = aiohttp.TCPConnector(
            limit=connections,
            resolver=CheckedResolver(policy),
            socket_factory=self._open,
            keepalive_timeout=30,
        )
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=SPARE_HEADERS,
            headers={"User-Agent": "Unison-Webhooks/1.0", "Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
        )
        self._checked: dict[str, URL] = {}

    def _open(self, info: Sequence[Any]) -> socket.socket:
        """Open a socket to the very address that is checked here."""
        family, kind, protocol, _, (host, port, *_) = info
        if not is_open(host, port, self._policy.allowances):
            raise Closed
        opened = socket.socket(family, kind, protocol)
        opened.setblocking(False)
        return opened

    def _url(self, url: str) -> URL:
        if (known := self._checked.get(url)) is None:
            known = self._checked[url] = check(url, self._policy)
        return known

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post once. Whatever happens is an answer."""
        began = time.perf_counter()
        status, error, excerpt, retry_after = None, "", b"", ""
        try:
            target = self._url(url)
            async with self._session.post(
                target, data=body, headers=headers, allow_redirects=False
            ) as response:
                status, retry_after = response.status, response.headers.get("Retry-After", "")
                excerpt = await _beginning(response.content)
        except Invalid as refusal:
            error = refusal.message
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as failure:
            error = (
                "" if status else _in_words(failure)
            )  # a status is an answer, whatever becomes of its body
        except Exception:  # one odd receiver must not stop the others
            logger.exception("A request failed in a way that is not known.")
            error = "" if status else "The message could not be sent."
        duration = round((time.perf_counter() - began) * 1000)
        text = excerpt[:EXCERPT].decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        return Answer(status, duration, error, text, retry_after[:100])

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """Read a short answer to its end, so that the connection can be used again; a long one in part."""
    beginning = await content.read(READ_LIMIT)
    size = len(beginning)
    while size < READ_LIMIT and not content.at_eof():
        size += len(await content.read(READ_LIMIT))
    return beginning


def _in_words(failure: Exception) -> str:
    """Say what went wrong; nothing about addresses, which would tell a stranger how we look from inside."""
    match failure:
        case TimeoutError():
            return f"No answer within {TIMEOUT_SECONDS} seconds."
        case _ if _is_closed(failure):
            return "The address is not public."
        case aiohttp.ClientConnectorDNSError():
            return "The host name was not found."
        case aiohttp.ClientSSLError() | aiohttp.ClientConnectorCertificateError():
            return "The TLS connection could not be made."
        case aiohttp.ClientConnectorError():
            return "Could not connect."
        case aiohttp.ServerDisconnectedError():
            return "The connection was closed without an answer."
        case _:
            return "The answer could not be read."


def _is_closed(failure: BaseException | None) -> bool:
    while failure is not None:
        if isinstance(failure, Closed) or isinstance(getattr(failure, "os_error", None), Closed):
            return True
        failure = failure.__cause__ or failure.__context__
    return False
