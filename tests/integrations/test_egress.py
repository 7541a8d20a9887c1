"""The way out leads to the public web and nowhere else, and makes sense of whatever is answered."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from integrations import egress
from integrations.addresses import Allowance
from integrations.egress import Answer, Egress, Policy, check
from tests.integrations.receiver import Received, Receiver, Reply, receiving


def post(policy: Policy, *urls: str) -> list[Answer]:
    """Post to these addresses one after another, through one client."""

    async def run() -> list[Answer]:
        out = Egress(policy)
        try:
            return [await out.post(url, b"{}", {"webhook-id": "x"}) for url in urls]
        finally:
            await out.close()

    return asyncio.run(run())


def opening(receiver: Receiver) -> Policy:
    return Policy((Allowance.parse(f"127.0.0.1:{receiver.port}"),))


def resolving(monkeypatch, *addresses: str) -> None:
    """Let every name have these addresses."""

    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    monkeypatch.setattr(egress, "_resolve", resolve)


def test_a_name_is_judged_by_what_it_resolves_to():
    with receiving() as receiver:
        policy = Policy((Allowance.parse(f"192.0.2.1:{receiver.port}"),), requires_https=False)
        (answer,) = post(policy, f"http://ip6-localhost:{receiver.port}/")
        assert answer.status is None
        assert not receiver.received


def test_one_closed_address_closes_the_name(monkeypatch):
    with receiving() as receiver:
        resolving(monkeypatch, "127.0.0.1", "10.0.0.1")
        policy = Policy(opening(receiver).allowances, requires_https=False)
        (answer,) = post(policy, f"http://partner.example:{receiver.port}/")
        assert answer.error == "The address is not public."
        assert not receiver.received


def test_the_socket_is_opened_to_an_address_that_is_checked_again():
    """Whatever a resolver said before, the last check is of the address that is connected to."""

    async def run() -> None:
        out = Egress(Policy())
        with pytest.raises(egress.Closed):
            await out._connect_to("127.0.0.1", check("https://partner.example/", Policy()))
        await out.close()

    asyncio.run(run())


def test_the_next_address_is_tried(monkeypatch):
    with receiving() as receiver:
        closed = socket.create_server(("127.0.0.2", 0))
        closed.close()
        resolving(monkeypatch, "127.0.0.2", "127.0.0.1")
        policy = Policy((Allowance.parse(f"127.0.0.0/8:{receiver.port}"),), requires_https=False)
        (answer,) = post(policy, f"http://partner.example:{receiver.port}/")
        assert answer.is_accepted
        assert receiver.received[0].headers["host"] == f"partner.example:{receiver.port}"


def test_a_connection_is_used_again():
    with receiving() as receiver:
        receiver.answer = lambda received: Reply(200, body=b"fine")
        answers = post(opening(receiver), *[receiver.url()] * 5)
        assert [answer.excerpt for answer in answers] == ["fine"] * 5
        assert receiver.connections == 1


def test_a_long_answer_is_read_in_part():
    with receiving() as receiver:
        receiver.answer = lambda received: Reply(200, body=b"x" * 5_000_000)
        (answer,) = post(opening(receiver), receiver.url())
        assert answer.is_accepted
        assert answer.excerpt == "x" * 500


def test_an_answer_of_any_bytes_can_be_kept():
    with receiving() as receiver:
        receiver.answer = lambda received: Reply(500, body=b"\0\xff<p>" + "ü".encode())
        (answer,) = post(opening(receiver), receiver.url())
        assert answer.excerpt == "��<p>ü"


def test_no_answer_in_time_is_an_answer_too(monkeypatch):
    monkeypatch.setattr(egress, "TIMEOUT_SECONDS", 0.2)
    with receiving() as receiver:

        def wait(received: Received) -> Reply:
            receiver.gate.wait(5)
            return Reply()

        receiver.answer = wait
        (answer,) = post(opening(receiver), receiver.url())
        receiver.gate.set()
    assert (answer.status, answer.error) == (None, "No answer within 0.2 seconds.")


def test_the_name_of_nobody_is_not_found():
    (answer,) = post(Policy(), "https://nobody.invalid/")
    assert answer.error == "The host name was not found."


@contextmanager
def saying(*answers: bytes) -> Iterator[int]:
    """A server that says these bytes, one after another, whatever it is sent, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                for answer in answers:
                    connection.recv(65_536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


@pytest.mark.parametrize(
    ("said", "status", "excerpt"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1\r\n!\r\n0\r\n\r\n", 200, "ok!"),
        (b"HTTP/1.0 202 Fine\r\n\r\nuntil the end", 202, "until the end"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        (
            b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
            500,
            "",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut off", 200, "cut off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 Extra\r\n\r\n", 200, "ok"),
        (b"HTTP/1.1 429 Wait\r\nRETRY-AFTER: 7\r\nContent-Length: 0\r\n\r\n", 429, ""),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", None, ""),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 40_000, None, ""),
        (b"HTTP/1.1 2000 OK\r\n\r\n", None, ""),
        (b"HTTP/2 nonsense\r\n\r\n", None, ""),
        (b"", None, ""),
    ],
)
def test_answers_of_every_kind(said, status, excerpt):
    with saying(said) as port:
        policy = Policy((Allowance.parse(f"127.0.0.1:{port}"),))
        (answer,) = post(policy, f"http://127.0.0.1:{port}/")
    assert (answer.status, answer.excerpt) == (status, excerpt)
    assert bool(answer.error) is (status is None)
    assert answer.retry_after == ("7" if status == 429 else "")


def test_an_idle_connection_that_was_closed_meanwhile_is_replaced():
    once = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def serve() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(once)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{port}/"
        first, second = post(Policy((Allowance.parse(f"127.0.0.1:{port}"),)), url, url)
        thread.join(5)
    assert (first.status, second.status) == (200, 200)


def test_tls_is_checked(tmp_path):
    """A certificate that nobody signed is refused; one from an authority that is known is not."""
    certificate, key = a_certificate(tmp_path, "127.0.0.1")
    with receiving() as receiver:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
        url = receiver.url().replace("http:", "https:")
        (refused,) = post(opening(receiver), url)
        assert refused.error == "The TLS connection could not be made."

        async def run() -> Answer:
            out = Egress(opening(receiver))
            out._tls.load_verify_locations(certificate)
            try:
                return await out.post(url, b"{}", {})
            finally:
                await out.close()

        assert asyncio.run(run()).status == 204


def test_the_certificate_must_be_the_hosts_own(monkeypatch, tmp_path):
    """It is checked against the name that was asked for, not against the address that was connected to."""
    certificate, key = a_certificate(tmp_path, "127.0.0.1")
    with receiving() as receiver:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
        resolving(monkeypatch, "127.0.0.1")

        async def run() -> Answer:
            out = Egress(opening(receiver))
            out._tls.load_verify_locations(certificate)
            try:
                return await out.post(f"https://partner.example:{receiver.port}/", b"{}", {})
            finally:
                await out.close()

        assert asyncio.run(run()).error == "The TLS connection could not be made."
        assert not receiver.received


def test_an_answer_that_drips_is_not_waited_for(monkeypatch):
    """A byte now and then does not make the time longer."""
    monkeypatch.setattr(egress, "TIMEOUT_SECONDS", 0.3)
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000:
                    connection.send(bytes([byte]))
                    if is_over.wait(0.05):
                        return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        began = time.monotonic()
        (answer,) = post(Policy((Allowance.parse(f"127.0.0.1:{port}"),)), f"http://127.0.0.1:{port}/")
        assert time.monotonic() - began < 3
        is_over.set()
        thread.join(5)
    assert (answer.status, answer.error) == (None, "No answer within 0.3 seconds.")


def a_certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate of its own authority, for this address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files
