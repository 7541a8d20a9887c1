"""A partner's server that takes what is posted, at once or after a while: given its port and delay."""

import asyncio
import sys

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "


class Sink(asyncio.Protocol):
    """One connection: each whole message gets its answer."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer what is complete."""
        self.received += data
        while self._is_whole():
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self._answer)
            else:
                self._answer()

    def _answer(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(ANSWER)

    def _is_whole(self) -> bool:
        head, found, body = self.received.partition(END_OF_HEAD)
        if not found:
            return False
        if b"GET /livez" in head:
            self.received = body
            return True
        length = int(head.lower().partition(LENGTH)[2].partition(b"\r")[0])
        if len(body) < length:
            return False
        self.received = body[length:]
        return True


async def serve(port: int, delay: float) -> None:
    """Listen until ended."""
    server = await asyncio.get_running_loop().create_server(lambda: Sink(delay), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
