"""Settings from the environment: what is wrong ends the start with a line for each, whoever is started."""

import subprocess
import sys
from ssl import CERT_NONE, CERT_REQUIRED

import pytest
from cryptography.fernet import Fernet
from kombu.connection import Connection

from config.local.addresses import PROJECT
from config.variables import broker
from tests.local.test_up import surroundings

DATABASE = "DATABASE_URL must be an address such as postgresql://user:password@host/name."
KEY = "SECRET_KEY must be at least 50 random characters."
TIMEOUT = "STATEMENT_TIMEOUT must be a number, 0 or more."
WRONG = {
    "REDIS_URL": ["http://valkey", "redis://", "redis://valkey:port", "unix://"],
    "DATABASE_URL": ["foo", "postgresql://host", "mysql://host/name", "postgresql://host:port/name"],
    "SECRET_KEY": ["short"],
    "SECRET_KEY_FALLBACKS": ["short", "x" * 50 + ",short"],
    "ENCRYPTION_KEYS": ["short", "x" * 50],
    "DEBUG": ["maybe"],
    "SITE_HOST": ["https://example.com", "example.com:8000", "example..com"],
    "API_HOSTS": ["api.example.com/v1", "a b"],
    "ALLOWED_HOSTS": ["*.example.com"],
    "BEHIND_PROXY": ["2"],
    "SSL_REDIRECT": ["ture"],
    "HSTS_SECONDS": ["abc", "-1"],
    "DATABASE_POOL_SIZE": ["0", "1.5"],
    "DATABASE_CONNECTION_LIFETIME": ["0", "ten"],
    "STATEMENT_TIMEOUT": ["-5", "nan", "inf", "1s"],
    "PREPARED_STATEMENTS": ["5"],
    "GRAPHQL_COST_PER_MINUTE": ["abc", "0"],
    "TRACKING_CALLS_PER_MINUTE": ["many"],
    "WEBHOOK_REQUIRE_HTTPS": ["sometimes"],
    "WEBHOOK_ALLOWED_NETWORKS": ["abc", "10.0.0.0/8,10.0.0.1/8", "10.0.0.1:http"],
    "LOG_LEVEL": ["LOUD"],
    "LOG_FORMAT": ["xml"],
}
RIGHT = {
    "DATABASE_URL": "postgresql://nobody:a#b@nowhere/none",
    "REDIS_URL": "rediss://:word@valkey:6380/1",
    "SECRET_KEY": "x" * 50,
    "SECRET_KEY_FALLBACKS": f"{'y' * 50}, {'z' * 50}",
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "SITE_HOST": "example.com",
    "API_HOSTS": "api.example.com,[::1]",
    "ALLOWED_HOSTS": ".example.com,*",
    "BEHIND_PROXY": "Yes",
    "HSTS_SECONDS": "0",
    "DATABASE_POOL_SIZE": "",
    "STATEMENT_TIMEOUT": "0.5",
    "WEBHOOK_ALLOWED_NETWORKS": "10.1.2.0/24, 127.0.0.1:8099, [::1]:8099",
    "LOG_LEVEL": "warning",
    "LOG_FORMAT": "json",
}


def ended(*command: str, **settings: str) -> tuple[int, str]:
    """How a program of ours ends in this environment, and what it says."""
    program = subprocess.run(
        command,
        cwd=PROJECT,
        env=surroundings(UNISON_ENVIRONMENT="own", DJANGO_SETTINGS_MODULE="config.settings", **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return program.returncode, program.stdout


def read(**settings: str) -> tuple[int, str]:
    """How reading the settings ends."""
    return ended(sys.executable, "-c", "import config.settings", **settings)


@pytest.mark.parametrize("turn", range(max(map(len, WRONG.values()))))
def test_all_that_is_wrong_is_said_at_once(turn):
    wrong = {name: values[turn] for name, values in WRONG.items() if turn < len(values)}

    code, said = read(**({"SECRET_KEY": RIGHT["SECRET_KEY"]} | wrong))

    assert code == 1
    assert sorted(line.partition(" must ")[0] for line in said.splitlines()) == sorted(wrong)
    assert all(line.endswith(".") for line in said.splitlines())


def test_what_is_right_is_taken():
    assert read(**RIGHT) == (0, "")
    assert read() == (0, "")


@pytest.mark.parametrize(
    ("given", "found"), [({}, "api.example.com"), ({"API_HOSTS": "Data.Example.com"}, "data.")]
)
def test_hosts_are_kept_as_requests_name_them(given, found):
    shown = (sys.executable, "-c", "from config.settings import API_HOSTS; print(API_HOSTS)")
    production = {name: RIGHT[name] for name in ("DATABASE_URL", "SECRET_KEY")}

    assert found in ended(*shown, SITE_HOST="Example.COM", **production, **given)[1]


@pytest.mark.parametrize(
    ("address", "believed"),
    [
        ("rediss://:word@valkey:6380/1", {"ssl_cert_reqs": CERT_REQUIRED}),
        ("rediss://valkey?ssl_ca_certs=/ca", {"ssl_cert_reqs": CERT_REQUIRED, "ssl_ca_certs": "/ca"}),
        ("rediss://valkey?ssl_cert_reqs=none", {"ssl_cert_reqs": CERT_NONE}),
        ("redis://valkey", False),
        ("unix:///run/valkey.sock", False),
    ],
)
def test_the_queue_asks_for_a_certificate(address, believed):
    assert Connection(broker(address)).ssl == believed  # type: ignore[no-untyped-call]


def test_a_production_lacks_its_key_beside_what_is_wrong():
    assert read(DATABASE_URL="foo") == (1, f"{DATABASE}\n{KEY}\n")


def test_a_command_ends_with_the_line_alone():
    assert ended(sys.executable, "manage.py", "check", STATEMENT_TIMEOUT="-5") == (1, f"{TIMEOUT}\n")


@pytest.mark.parametrize("role", ["web", "worker", "beat", "migrate"])
def test_a_role_of_the_image_ends_with_the_line_alone(role):
    path = f"{PROJECT / '.venv/bin'}:{sys.prefix}/bin:/usr/bin:/bin"
    command = ("docker/entrypoint.sh", role)

    assert ended(*command, PATH=path, STATEMENT_TIMEOUT="-5") == (1, f"{TIMEOUT}\n")


def test_up_ends_before_it_starts_anything(tmp_path):
    up = (sys.executable, "manage.py", "up", "--port", "0", "--data", str(tmp_path))

    code, said = ended(*up, STATEMENT_TIMEOUT="-5", LOG_LEVEL="LOUD")

    assert code == 1
    *first, second, last = said.splitlines()
    assert first == ["", "unison: The settings in the environment are not right."]
    assert (second, last.split()[0]) == (TIMEOUT, "LOG_LEVEL")
    assert not (tmp_path / "postgres").exists()
