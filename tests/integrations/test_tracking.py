"""Tracking, as the official SDK and the browser's speak it, to a real server."""

import base64
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import requests
from django.db import connection, transaction
from django.test import Client as Caller
from django.utils import timezone
from psycopg.conninfo import make_conninfo
from segment.analytics.client import Client

from accounts import keys
from accounts.models import ApiKey
from accounts.tenancy import inside
from integrations.tracking import throttle, views
from integrations.tracking.throttle import Throttle
from integrations.tracking.wire import Unreadable
from journeys.models import Affiliation, Arrival, Company, Event, Person
from tests.client import queries
from tests.factories import a_key, a_write_key, an_actor
from tests.integrations.factories import a_track


@pytest.fixture
def write_key(committed) -> str:
    a_write_key(committed["globex"])
    return a_write_key(committed["acme"])


def post(server: str, kind: str, body: Any, key: str = "", **headers: str) -> requests.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    auth = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()} if key else {}
    return requests.post(f"{server}/v1/{kind}", content, headers={**auth, **headers}, timeout=10)


def rows(tenant, model, *fields: str) -> list[Any]:
    with inside(tenant), transaction.atomic():
        return list(model.objects.order_by("id").values_list(*fields, flat=len(fields) == 1))


@pytest.mark.parametrize("zipped", [False, True])
def test_the_official_sdk_with_only_its_host_changed(committed, server, write_key, zipped):
    problems: list[Any] = []
    client = Client(
        write_key,
        host=server,
        gzip=zipped,
        on_error=lambda error, batch: problems.append(error),
        max_retries=1,
    )
    long_ago = datetime(2020, 5, 17, 12, 0, tzinfo=UTC)
    client.identify("019mr8mf4r", {"email": "Peter@Initech.example", "name": "Peter Gibbons", "plan": "pro"})
    client.group("019mr8mf4r", "initech", {"name": "Initech", "employees": 420})
    client.track("019mr8mf4r", "Item Purchased", {"revenue": 14.99, "name": "Mat"})
    client.track("019mr8mf4r", "Long Ago", timestamp=long_ago)
    client.page("019mr8mf4r", "Docs", "Tracking", {"path": "/docs"})
    client.screen("019mr8mf4r", "Home", "Start")
    client.alias("anonymous-7", "019mr8mf4r")
    client.track(anonymous_id="anonymous-7", event="Seen Before")
    client.shutdown()

    assert problems == []
    acme = committed["acme"]
    assert rows(acme, Person, "name", "email", "traits") == [
        ("Peter Gibbons", "peter@initech.example", {"plan": "pro"})
    ]
    assert rows(acme, Company, "key", "name", "traits") == [("initech", "Initech", {"employees": 420})]
    assert len(rows(acme, Affiliation, "id")) == 1
    sent = {
        name: (value, properties, channel, company)
        for name, value, properties, channel, company, source in rows(
            acme, Event, "name", "value", "properties", "channel", "company__key", "source"
        )
        if source == "website"
    }
    assert set(sent) == {"Item Purchased", "Long Ago", "page_viewed", "screen_viewed", "Seen Before"}
    assert float(sent["Item Purchased"][0]) == 14.99
    assert sent["page_viewed"][1] == {"path": "/docs", "category": "Docs", "name": "Tracking"}
    assert sent["page_viewed"][2] == "web"
    assert sent["Seen Before"][3] == "initech"
    (then,) = [at for name, at in rows(acme, Event, "name", "occurred_at") if name == "Long Ago"]
    assert abs(then - long_ago) < timedelta(seconds=5)
    assert rows(acme, Arrival, "id")
    assert rows(committed["globex"], Event, "id") == rows(committed["globex"], Person, "id") == []


def test_a_message_is_stored_once_after_any_repetition(committed, server, write_key):
    batch = {"batch": [a_track(messageId=f"m{n % 3}") for n in range(9)]}
    first, second = (post(server, "batch", batch, write_key).json() for _ in range(2))
    assert (first["stored"], first["repeated"]) == (3, 6)
    assert (second["stored"], second["repeated"]) == (0, 9)
    assert len(rows(committed["acme"], Event, "id")) == 3


def test_a_wrong_clock_is_put_right(committed, server, write_key):
    wrong = timezone.now() - timedelta(days=400)
    call = a_track(timestamp=(wrong - timedelta(hours=1)).isoformat())
    post(server, "batch", {"batch": [call], "sentAt": wrong.isoformat()}, write_key)
    (at,) = rows(committed["acme"], Event, "occurred_at")
    assert abs(at - (timezone.now() - timedelta(hours=1))) < timedelta(seconds=10)


def test_without_a_time_it_happened_now(committed, server, write_key):
    post(server, "track", a_track(), write_key)
    (at,) = rows(committed["acme"], Event, "occurred_at")
    assert abs(at - timezone.now()) < timedelta(seconds=10)


def test_only_a_good_key_opens(committed, server, write_key):
    acme, globex = committed["acme"], committed["globex"]
    secret, blind = a_key(globex, "events.send"), a_key(globex, "people.see")
    revoked = a_write_key(acme)
    with inside(acme), transaction.atomic():
        key = next(key for key in ApiKey.objects.all() if revoked.startswith(key.prefix))
        keys.revoke(key, by=an_actor())

    def status(key: str) -> int:
        return post(server, "track", a_track(), key).status_code

    assert status("") == status("nonsense") == status(revoked) == status(write_key[:-1] + "!") == 401
    assert status(blind) == 403
    assert status(secret) == 200
    assert post(server, "track", a_track(), Authorization="Basic %%%").status_code == 401
    assert post(server, "track", a_track(writeKey=7)).status_code == 401
    assert rows(acme, Event, "id") == []
    assert rows(globex, Event, "source") == ["api"]


def test_a_key_on_another_tenants_host_is_unknown(committed, server, write_key):
    there, here = {"Host": "globex.unison.test"}, {"Host": "acme.unison.test"}
    assert post(server, "track", a_track(), write_key, **there).status_code == 401
    assert post(server, "track", a_track(), write_key, **here).status_code == 200
    assert rows(committed["globex"], Event, "id") == []


def test_browsers_may_send_from_anywhere(server, write_key):
    asked = requests.options(f"{server}/v1/t", headers={"Origin": "https://shop.example"}, timeout=10)
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Type" in asked.headers["Access-Control-Allow-Headers"]
    answer = post(server, "t", a_track(writeKey=write_key), Origin="https://shop.example")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert requests.get(f"{server}/v1/t", timeout=10).status_code == 405


def test_too_much_in_a_minute(server, write_key, settings, monkeypatch, one_minute):
    settings.TRACKING_CALLS_PER_MINUTE = 3
    monkeypatch.setattr(views, "throttle", Throttle())
    assert post(server, "batch", {"batch": [a_track()] * 3}, write_key).status_code == 200
    answer = post(server, "track", a_track(), write_key)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_each_key_has_a_minute_of_its_own(settings, monkeypatch):
    settings.TRACKING_CALLS_PER_MINUTE = 3
    now, calls, (one, other) = [60_000.0], Throttle(), (uuid4(), uuid4())
    monkeypatch.setattr(throttle, "time", SimpleNamespace(time=lambda: now[0]))
    for key in (one, other):
        calls.count(key, 3)
        with pytest.raises(Unreadable):
            calls.count(key, 1)
    now[0] += 60
    calls.count(one, 3)


def test_the_catalogue_is_there_for_everybody(server):
    events = requests.get(f"{server}/v1/event-types", timeout=10).json()["events"]
    assert "journeys.stage_entered" in {event["name"] for event in events}


def test_a_batch_takes_three_questions_whatever_its_size(acme, globex):
    key = a_write_key(acme)
    for size in (1, 40):
        batch = [a_track(messageId=f"{size} {number}", userId=f"{size} {number}") for number in range(size)]
        with queries(3):  # whose key it is, who is new, what happened
            answer = Caller(headers={"host": "localhost"}).post(
                "/v1/batch", {"batch": batch, "writeKey": key}, content_type="application/json"
            )
        assert answer.json()["stored"] == size
    assert Event.objects.count() == 41
    with inside(globex):
        assert not Event.objects.exists()


def test_a_batch_waits_no_longer_than_web_requests_may(committed, server, write_key, settings):
    settings.STATEMENT_TIMEOUT = 0.2
    theirs = a_write_key(committed["globex"])
    here = make_conninfo(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"])
    with psycopg.connect(here) as other:
        other.execute("LOCK TABLE acme.journeys_event IN ACCESS EXCLUSIVE MODE")
        assert post(server, "track", a_track(), write_key).status_code == 500
        assert post(server, "track", a_track(), theirs).status_code == 200
    assert post(server, "track", a_track(), write_key).json()["stored"] == 1
