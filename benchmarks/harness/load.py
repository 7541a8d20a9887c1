"""A client in a process of its own: some connections that ask, wait and ask again; bounded in count and time.

`python -m benchmarks.harness.load` reads its orders as JSON and answers in JSON. One thread on epoll and
prepared bytes, because on a small machine whatever the client costs is taken from the server.
"""

import json
import select
import socket
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "
TIMEOUT = 60.0
FORBIDDEN = '"errors":'


class Failed(RuntimeError):
    """An answer was not what it should be."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What to ask of whom: requests in turn, until so many are answered or the time is up."""

    port: int
    requests: Sequence[bytes]
    clients: int = 8
    seconds: float = 3.0
    most: int = 1_000_000
    forbidden: str = FORBIDDEN
    """What no answer may contain."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of it."""

    count: int
    seconds: float
    p50: float
    p99: float
    length: int
    """Bytes of all bodies together."""


def post(host: str, path: str, body: bytes, **headers: str) -> bytes:
    """A POST of JSON as bytes, for a connection that stays."""
    return request("POST", host, path, body, content_type="application/json", **headers)


def get(host: str, path: str, **headers: str) -> bytes:
    """A GET as bytes, for a connection that stays."""
    return request("GET", host, path, b"", **headers)


def request(method: str, host: str, path: str, body: bytes, **headers: str) -> bytes:
    """A request as bytes."""
    given = {"Host": host, "Accept": "application/json", "Content-Length": str(len(body))} | {
        name.replace("_", "-").title(): value for name, value in headers.items()
    }
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join(lines).encode() + END_OF_HEAD + body


def fetch(port: int, question: bytes) -> bytes:
    """The body of one answer; raises Failed where it is not what it should be."""
    connection = Connection(port)
    try:
        connection.send(question)
        while not connection.is_whole():
            pass
        _checked(connection.received, FORBIDDEN)
    finally:
        connection.socket.close()
    return connection.received.partition(END_OF_HEAD)[2]


def ask(orders: Orders) -> Answers:
    """Have a process of its own carry the orders out."""
    given = asdict(orders) | {"requests": [b64encode(each).decode() for each in orders.requests]}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.harness.load"],
        input=json.dumps(given),
        text=True,
        capture_output=True,
        timeout=orders.seconds + TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise Failed(done.stderr[-2000:])
    return Answers(**json.loads(done.stdout))


class Connection:
    """One connection with one question under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(TIMEOUT)
        self.received = b""
        self.needed = 0
        self.began = 0.0

    def send(self, question: bytes) -> None:
        """Ask."""
        self.received, self.needed, self.began = b"", 0, time.perf_counter()
        self.socket.sendall(question)

    def is_whole(self) -> bool:
        """Read what is there; whether that completes the answer."""
        piece = self.socket.recv(1 << 20)
        if not piece:
            raise Failed(f"The server hung up after {self.received[:500]!r}")
        self.received += piece
        if not self.needed:
            self._measure()
        return 0 < self.needed <= len(self.received)

    def _measure(self) -> None:
        head, found, _ = self.received.partition(END_OF_HEAD)
        if found:
            length = head.lower().partition(LENGTH)[2].partition(b"\r")[0]
            self.needed = len(head) + len(END_OF_HEAD) + int(length)


def carry_out(orders: Orders) -> Answers:
    """Ask and wait, until enough is answered or the time is up."""
    questions, poll = cycle(orders.requests), select.epoll()
    connections = {}
    for _ in range(orders.clients):
        connection = Connection(orders.port)
        connections[connection.socket.fileno()] = connection
        poll.register(connection.socket, select.EPOLLIN)
    began = time.perf_counter()
    for connection, question in zip(connections.values(), islice(questions, orders.clients), strict=True):
        connection.send(question)
    taken: list[float] = []
    length, under_way, sent = 0, orders.clients, orders.clients
    while under_way:
        for number, _ in poll.poll():
            connection = connections[number]
            if not connection.is_whole():
                continue
            now = time.perf_counter()
            taken.append(now - connection.began)
            length += _checked(connection.received, orders.forbidden)
            if now - began < orders.seconds and sent < orders.most:
                connection.send(next(questions))
                sent += 1
            else:
                under_way -= 1
    seconds = time.perf_counter() - began
    taken.sort()
    return Answers(len(taken), seconds, taken[len(taken) // 2], taken[len(taken) * 99 // 100], length)


def _checked(answer: bytes, forbidden: str) -> int:
    head, _, body = answer.partition(END_OF_HEAD)
    status = head[9:12]
    if status != b"200" or (forbidden and forbidden.encode() in body):
        raise Failed(f"{head.decode()}\n{body[:1000].decode(errors='replace')}")
    return len(body)


def main() -> None:
    """Read orders, carry them out, say what came of it."""
    given = json.load(sys.stdin)
    requests = [b64decode(each) for each in given.pop("requests")]
    print(json.dumps(asdict(carry_out(Orders(requests=requests, **given)))))


if __name__ == "__main__":
    main()
