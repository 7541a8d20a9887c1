"""The port of the web process: taken or not, and whether something answers there."""

import errno
import http.client
import socket

from config.local.problems import CannotStart

HIGHEST = 65_535
ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound


def free_port(host: str, port: int) -> int:
    """The port, when nobody listens there (0: some free one); refused otherwise."""
    if not 0 <= port <= HIGHEST:
        raise CannotStart(f"{port} is no port: they go from 1 to {HIGHEST}.")
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as problem:
        raise CannotStart(_why(host, port, problem)) from problem


def _why(host: str, port: int, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken. Choose another one: python3 manage.py up --port {port + 1}"
    if problem.errno == errno.EACCES:
        return (
            f"Port {port} is for the system only. Choose one from 1024 on: python3 manage.py up --port 8000"
        )
    return f"Nothing can listen on {host}:{port} ({problem})."


def is_ready(host: str, port: int) -> bool:
    """Whether the system behind the port says that it is ready."""
    connection = http.client.HTTPConnection(ANY.get(host, host), port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
