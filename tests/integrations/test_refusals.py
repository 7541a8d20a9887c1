"""What tracking refuses, and how it says so; in one process, with Django's client."""

import base64
import gzip
import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from accounts.models import Tenant
from accounts.tenancy import inside
from journeys.models import Event, Identity
from tests.client import queries
from tests.factories import a_write_key
from tests.integrations.factories import a_track


def post(tenant: Tenant, kind: str, body: Any, **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    credentials = base64.b64encode(f"{a_write_key(tenant)}:".encode()).decode()
    client = Client(headers={"host": "acme.unison.test", "authorization": f"Basic {credentials}", **headers})
    return client.post(f"/v1/{kind}", content, content_type="application/json")


@pytest.mark.parametrize("kind", ["identify", "track", "page", "screen", "group", "alias", "t", "p/"])
def test_every_single_call(acme, globex, kind):
    body = {"userId": 42, "event": "E", "groupId": 7, "previousId": "before", "writeKey": a_write_key(acme)}
    content = json.dumps(body)
    answer = Client(headers={"host": "localhost"}).post(f"/v1/{kind}", content, content_type="text/plain")
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    assert Identity.objects.filter(kind="user", value="42").exists()
    with inside(globex):
        assert not Identity.objects.exists()


@pytest.mark.parametrize("name", ["batch", "b", "import", "import/"])
def test_batches_by_all_their_names(acme, globex, name):
    assert post(acme, name, {"batch": [a_track(), a_track()]}).json()["stored"] == 2
    with inside(globex):
        assert not Event.objects.exists()


@pytest.mark.parametrize("is_zipped", [False, True])
def test_a_body_in_chunks_states_no_length(acme, globex, is_zipped):
    def send(body: bytes) -> int:
        content = gzip.compress(body, mtime=0) if is_zipped else body
        headers = {"host": "localhost"} | ({"content-encoding": "gzip"} if is_zipped else {})
        client = Client(headers=headers)
        in_chunks: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
        in_chunks["wsgi.input"] = BytesIO(content)
        return client.generic("POST", "/v1/batch", **in_chunks).status_code

    batch = json.dumps({"batch": [a_track()], "writeKey": a_write_key(acme)}).encode()
    assert send(batch) == 200
    assert Event.objects.count() == 1
    assert send(b"") == 400
    assert send(batch + b" " * 600_000) == 413
    with inside(globex):
        assert not Event.objects.exists()


@pytest.mark.parametrize(("stated", "kept"), [(17, "17"), (17.0, "17"), (1e22, f"{10**22}"), (1.5, "1.5")])
def test_numbers_are_ids_too(acme, globex, stated, kept):
    assert post(acme, "track", a_track(userId=stated)).json()["stored"] == 1
    assert Identity.objects.get(kind="user").value == kept
    with inside(globex):
        assert not Identity.objects.exists()


@pytest.mark.parametrize("many", [1, 100])
def test_a_request_takes_three_statements_whatever_it_holds(acme, globex, many):
    credentials = base64.b64encode(f"{a_write_key(acme)}:".encode()).decode()
    client = Client(headers={"host": "acme.unison.test", "authorization": f"Basic {credentials}"})

    def send() -> None:
        content = json.dumps({"batch": [a_track(userId=f"u{number}") for number in range(many)]})
        assert client.post("/v1/batch", content, content_type="application/json").json()["stored"] == many

    send()
    with queries(3):  # whose key it is, whoever is new, the events
        send()


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (a_track(event=""), "event"),
        (a_track(event=None), "event"),
        (a_track(event={"a": 1}), "event"),
        (a_track(event="x" * 121), "event"),
        (a_track(userId=None), "userId"),
        (a_track(userId=True), "userId"),
        (a_track(userId=float("nan")), "userId"),
        (a_track(userId=float("-inf")), "userId"),
        (a_track(userId="x" * 201), "userId"),
        (a_track(userId=None, anonymousId="x" * 201), "anonymousId"),
        (a_track(messageId="x" * 201), "messageId"),
        (a_track(channel="x" * 41), "channel"),
        (a_track(context={"channel": "x" * 41}), "context.channel"),
        (a_track(context={"groupId": "x" * 201}), "context.groupId"),
        (a_track(context={"groupId": [7]}), "context.groupId"),
        (a_track(timestamp="yesterday"), "timestamp"),
        (a_track(timestamp=1700000000), "timestamp"),
        (a_track(timestamp="1812-01-01"), "timestamp"),
        (a_track(timestamp="9999-12-31T23:59:59-14:00"), "timestamp"),
        (a_track(timestamp="0001-01-01T00:00:00+14:00"), "timestamp"),
        (a_track(timestamp="2020-01-01", sentAt="never"), "sentAt"),
        (a_track(properties=[1]), "properties"),
        (a_track(properties={"a": "x" * 33_000}), "properties"),
        (a_track(properties={"a": "\0"}), "properties"),
        (a_track(properties={"a": "\ud800"}), "properties"),
        (a_track(properties={"a": float("nan")}), "properties"),
        ({"type": "identify", "userId": "u", "traits": {"email": "nobody"}}, "traits.email"),
        ({"type": "identify", "userId": "u", "traits": "x"}, "traits"),
        ({"type": "identify", "userId": "u", "traits": {"name": "x" * 201}}, "traits.name"),
        ({"type": "identify", "userId": "u", "traits": {"firstName": "x" * 201}}, "traits.firstName"),
        ({"type": "identify", "userId": "u", "traits": {"phone": "x" * 41}}, "traits.phone"),
        ({"type": "identify", "userId": "u", "traits": {"name": [1]}}, "traits.name"),
        ({"type": "identify", "anonymousId": "x" * 201}, "anonymousId"),
        ({"type": "identify"}, "userId"),
        ({"type": "alias", "userId": "u"}, "previousId"),
        ({"type": "alias", "previousId": "u"}, "userId"),
        ({"type": "alias", "previousId": "x" * 201, "userId": "u"}, "previousId"),
        ({"type": "group", "userId": "u"}, "groupId"),
        ({"type": "group", "userId": "u", "groupId": "x" * 201}, "groupId"),
        ({"type": "group", "userId": "x" * 201, "groupId": "g"}, "userId"),
        ({"type": "group", "userId": "u", "groupId": "g", "traits": {"name": "x" * 201}}, "traits.name"),
        ({"type": "group", "userId": "u", "groupId": "g", "timestamp": "1812-01-01"}, "timestamp"),
        ({"type": "jump", "userId": "u"}, "type"),
        ({"userId": "u"}, "type"),
        ("call", ""),
        (None, ""),
        ([[]], ""),
    ],
)
def test_what_does_not_fit_is_refused_and_the_rest_is_stored(acme, globex, call, field):
    answer = post(acme, "batch", {"batch": [a_track(), call, a_track()]})

    assert answer.status_code == 200
    content = answer.json()
    assert content["stored"] == 2
    (refused,) = content["refused"]
    assert (refused["index"], refused["field"]) == (1, field)
    assert refused["message"]
    assert Event.objects.count() == 2
    with inside(globex):
        assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("properties", "value", "ignored"),
    [
        ({"revenue": "abc"}, None, ["properties.revenue"]),
        ({"revenue": "12.5"}, None, ["properties.revenue"]),
        ({"revenue": 10**300}, None, ["properties.revenue"]),
        ({"revenue": 10**12}, None, ["properties.revenue"]),
        ({"revenue": True}, None, ["properties.revenue"]),
        ({"value": {"a": 1}}, None, ["properties.value"]),
        ({"revenue": "abc", "value": 3}, 3, ["properties.revenue"]),
        ({"revenue": 12.5, "value": "blue"}, 12.5, []),
        ({"revenue": None, "value": -3}, -3, []),
        ({"revenue": 0}, 0, []),
        ({"price": "abc"}, None, []),
    ],
)
def test_an_event_is_kept_without_a_number_that_is_none_and_the_sender_is_told(
    acme, globex, properties, value, ignored
):
    calls = [a_track(), a_track(event=""), a_track(event="Bought", properties=properties)]
    content = post(acme, "batch", {"batch": calls}).json()

    assert content["stored"] == 2
    assert [(one["index"], one["field"]) for one in content["ignored"]] == [(2, name) for name in ignored]
    assert all("not a number" in one["message"] for one in content["ignored"])
    kept = Event.objects.get(name="Bought")
    assert (kept.value, kept.properties) == (value, properties)
    with inside(globex):
        assert not Event.objects.exists()


def test_what_is_refused_is_not_said_to_be_ignored(acme, globex):
    call = a_track(messageId="x" * 201, properties={"revenue": "abc"})
    content = post(acme, "batch", {"batch": [a_track(), call]}).json()
    assert [one["index"] for one in content["refused"]] == [1]
    assert content["ignored"] == []
    assert post(acme, "track", a_track(properties={"revenue": "abc"})).json()["ignored"][0]["index"] == 0


def test_a_call_by_itself_that_does_not_fit_is_400(acme, globex):
    answer = post(acme, "track", {"userId": "u"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert answer.json()["message"] == "event: This may not be empty."

    answer = post(acme, "group", {"userId": "u", "groupId": "g", "traits": {"name": "x" * 201}})
    assert answer.status_code == 400
    assert answer.json()["message"] == "traits.name: This is longer than 200 characters."


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b"{", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"[]", {}, 400),
        (b'"x"', {}, 400),
        (b"[" * 100_000, {}, 400),
        (b'{"batch": 7}', {}, 400),
        (b'{"a": 1}', {}, 400),
        (b'{"batch": [' + b"9" * 5_000 + b"]}", {}, 400),
        (b'{"batch": []}', {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b'{"batch": []}', mtime=0)[:-10], {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b" " * 600_000, mtime=0), {"Content-Encoding": "gzip"}, 413),
        (gzip.compress(b" " * 120_000_000, 1, mtime=0)[:500_000], {"Content-Encoding": "gzip"}, 413),
        (b'{"batch": []}', {"Content-Encoding": "br"}, 415),
        (b" " * 600_000, {}, 413),
        (json.dumps({"batch": [1] * 2_501}).encode(), {}, 413),
        (b'{"batch": []}', {}, 200),
        (b'\xef\xbb\xbf{"batch": []}', {}, 200),
    ],
)
def test_bodies_of_every_kind(acme, globex, body, headers, status):
    answer = post(acme, "batch", body, **headers)
    assert answer.status_code == status
    assert answer.json()["success"] is (status == 200)
