"""One connection to a receiver: a request at a time, and as much of the answer as we care for.

Far less than a client for everybody can do, at a fourth of its cost (docs/architecture.md). The answer is
read by llhttp, the parser of Node.js.
"""

import asyncio
from dataclasses import dataclass

import httptools

EXCERPT = 500
MOST_HEAD = 32_768
MOST_BODY = 65_536


class Broken(ConnectionError):
    """The connection ended, or what came over it was no answer. `is_untouched`: nothing had come yet."""

    def __init__(self, message: str, *, is_untouched: bool = False) -> None:
        super().__init__(message)
        self.is_untouched = is_untouched


@dataclass(slots=True)
class Reply:
    """What a receiver answered: its status, when to come again, and the beginning of its text."""

    status: int
    retry_after: str = ""
    beginning: bytes = b""


class Connection(asyncio.Protocol):
    """Posts to one receiver, again and again for as long as both sides keep the connection."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._reply: Reply | None = None
        self._retry_after = ""
        self._received = self._body = 0
        self.is_open = False
        self.idle_since = 0.0

    async def post(self, request: bytes) -> Reply:
        """Send a request and wait for the answer; Broken when there is none."""
        if not self.is_open or not self._transport:
            raise Broken("The connection was closed without an answer.", is_untouched=True)
        self._received = self._body = 0
        self._reply = None
        self._waiting = waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await waiting
        except asyncio.CancelledError:
            self.close()
            raise
        finally:
            self._waiting = None

    def close(self) -> None:
        """Close at once."""
        self.is_open = False
        if self._transport:
            self._transport.abort()

    # asyncio calls these
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # TCP and TLS transports are
        self._transport, self.is_open = transport, True

    def data_received(self, data: bytes) -> None:
        """Take what came; anything unasked for ends the connection."""
        if self._waiting is None:
            self.close()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._end(Broken("The answer could not be read."))
            return
        if self._reply is None and self._received > MOST_HEAD:
            self._end(Broken("The answer could not be read."))
        elif self._body > MOST_BODY:
            self._end(None)

    def eof_received(self) -> None:
        """Let the connection be closed."""

    def connection_lost(self, exc: Exception | None) -> None:
        """End: an answer without a length ends with its connection."""
        self._end(
            Broken("The connection was closed without an answer.", is_untouched=not self._received),
        )

    # the parser calls these
    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the one header that we heed."""
        if name.lower() == b"retry-after":
            self._retry_after = value[:100].decode("latin-1")

    def on_message_begin(self) -> None:
        """Forget the one before; nobody asked for a second one."""
        self._retry_after = ""
        if self._waiting is None:
            self.close()

    def on_headers_complete(self) -> None:
        """Know the status; an interim one (100, 103) is followed by the real one."""
        status = self._parser.get_status_code()
        if status >= 200:
            self._reply = Reply(status, self._retry_after)

    def on_body(self, body: bytes) -> None:
        """Keep the beginning of the text."""
        self._body += len(body)
        if self._reply and len(self._reply.beginning) < EXCERPT:
            self._reply.beginning += body[:EXCERPT]

    def on_message_complete(self) -> None:
        """Answer whoever waits; the connection stays if both sides keep it."""
        if self._reply is None:
            return
        if self._parser.should_keep_alive():
            self._settle()
        else:
            self._end(None)

    def _end(self, problem: Broken | None) -> None:
        """Close; whoever waits gets the status if one came, and the problem if none did."""
        self.close()
        self._settle(problem)

    def _settle(self, problem: Broken | None = None) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting.done():
            return
        if self._reply:
            waiting.set_result(self._reply)
        elif problem:
            waiting.set_exception(problem)
