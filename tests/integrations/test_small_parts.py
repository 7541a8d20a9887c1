"""Signatures, secrets at rest, and the times of retries: small parts, by themselves."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from accounts.identifiers import uuid7, uuid7_texts
from integrations import schedule, secrets, signing
from integrations.messages import body_of

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


@given(st.binary(max_size=2_000).map(lambda raw: base64.b64encode(raw)), st.uuids())
def test_we_sign_as_the_official_library_does(body, message_id):
    secret = signing.new_secret()
    headers = signing.signed(str(message_id), int(NOW.timestamp()), body, [signing.key_of(secret)])
    assert headers["webhook-signature"] == Webhook(secret).sign(str(message_id), NOW, body.decode())


def test_the_vector_of_the_specification():
    """Of the reference implementations: the same key, message and time give the same signature."""
    headers = signing.signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        [signing.key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_secrets_are_long_and_never_the_same():
    many = {signing.new_secret() for _ in range(100)}
    assert len(many) == 100
    assert {len(signing.key_of(secret)) for secret in many} == {32}


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_%%%", "whsec_c2hvcnQ=", base64.b64encode(b"x" * 32).decode()]
)
def test_what_is_no_secret(secret):
    with pytest.raises(ValueError, match="signing secret"):
        signing.key_of(secret)


def test_keys_at_rest_can_be_rotated(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = []
    derived = secrets.seal("whsec_a")
    assert "whsec" not in derived
    assert secrets.unseal(derived) == "whsec_a"
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    assert secrets.unseal(derived) == "whsec_a"

    settings.ENCRYPTION_KEYS = [old]
    sealed = secrets.seal("whsec_b")
    settings.ENCRYPTION_KEYS = [new, old]
    assert secrets.unseal(sealed) == "whsec_b"
    settings.ENCRYPTION_KEYS = [new]
    with pytest.raises(secrets.Unreadable):
        secrets.unseal(sealed)


def test_delays_grow_and_end():
    given = [schedule.next_delay(attempts, chance=0.5) for attempts in range(1, 11)]
    delays = [delay for delay in given if delay]
    assert delays[:2] == [timedelta(seconds=5), timedelta(minutes=5)]
    assert given == [*sorted(delays), None]
    assert sum(delays, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)


@given(st.integers(1, 9), st.floats(0, 1))
def test_jitter_stays_within_a_tenth(attempts, chance):
    delay = schedule.next_delay(attempts, chance=chance)
    middle = schedule.DELAYS[attempts - 1]
    assert delay
    assert middle * 0.899 <= delay <= middle * 1.101


@pytest.mark.parametrize(
    ("status", "header", "expected"),
    [
        (429, "120", timedelta(seconds=120)),
        (503, " 0 ", timedelta()),
        (429, "Sat, 14 Mar 2026 09:28:53 GMT", timedelta(seconds=120)),
        (429, "Sat, 14 Mar 2026 09:28:53 -0000", timedelta(seconds=120)),
        (429, "999999999999999999999", timedelta(hours=24)),
        (429, "Sat, 14 Mar 2037 09:28:53 GMT", timedelta(hours=24)),
        (429, "Sat, 14 Mar 2020 09:28:53 GMT", None),
        (429, "soon", None),
        (429, "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        (429, "Mon, 01 Jan 0001 00:00:00 +2400", None),
        (429, "-5", None),
        (429, "²", None),
        (429, "", None),
        (500, "120", None),
        (None, "120", None),
    ],
)
def test_what_a_receiver_may_ask(status, header, expected):
    asked = schedule.pause_asked(status, header, NOW)
    assert asked == (NOW + expected if expected is not None else None)


def test_a_message_is_written_tightly_and_in_utf_8():
    body = body_of("a.b", NOW, {"title": "Zürich"}, None)
    assert body == (
        '{"type":"a.b","timestamp":"2026-03-14T09:26:53Z","data":{"title":"Zürich","sequence":null}}'.encode()
    )


def test_keys_made_at_once_are_uuids_of_version_7():
    before = uuid7()
    made = [UUID(text) for text in uuid7_texts(1_000)]
    after = uuid7()

    assert {(key.version, key.variant) for key in made} == {(7, RFC_4122)}
    assert {key.bytes[8] >> 4 for key in made} == {0x8, 0x9, 0xA, 0xB}
    assert len({key.int & (1 << 60) - 1 for key in made}) == 1_000
    assert all(before.int >> 80 <= key.int >> 80 <= after.int >> 80 for key in made)
    assert uuid7_texts(0) == []
