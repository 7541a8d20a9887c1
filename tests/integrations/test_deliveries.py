"""Deliveries to a real server: signed to the letter, retried, refused, halted, replayed."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.identifiers import uuid7
from accounts.tenancy import inside
from integrations import deliveries, relay, schedule, webhooks
from integrations.models import Delivery, DeliveryAttempt, DisabledReason, OutboxEvent, WebhookEndpoint
from tests.factories import an_actor
from tests.integrations.factories import an_endpoint, something_happened
from tests.integrations.receiver import Received, Reply


def later(**by: float) -> Callable[[], datetime]:
    """A clock that is ahead."""
    return lambda: timezone.now() + timedelta(**by)


def send(clock: Callable[[], datetime] = timezone.now) -> deliveries.Drained:
    relay.plan()
    return deliveries.drain(clock=clock)


def test_a_message_is_what_the_official_library_verifies(acme, globex, receiver):
    endpoint, secret = an_endpoint(receiver.url())
    with inside(globex):
        an_endpoint(receiver.url("/globex"))
    event = something_happened()

    drained = send()

    assert (drained.attempted, drained.delivered) == (1, 1)
    (received,) = receiver.received
    assert received.path == "/hook"
    assert Webhook(secret).verify(received.body, received.headers) == {
        "type": "journeys.stage_entered",
        "timestamp": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "company_id": str(event.company_id),
            "person_id": None,
            "stage_key": "live",
            "from_stage_key": None,
            "happened_at": None,
            "recorded_at": None,
            "sequence": 1,
        },
    }
    assert received.headers["webhook-id"] == str(event.pk)
    assert received.headers["content-type"] == "application/json"
    delivery = Delivery.objects.get()
    assert (delivery.endpoint, delivery.status, delivery.attempts) == (endpoint, "delivered", 1)
    assert WebhookEndpoint.objects.get().leased_until is None
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(received.body + b" ", received.headers)


def test_two_secrets_sign_while_they_overlap(acme, globex, receiver):
    endpoint, old = an_endpoint(receiver.url())
    _, new = webhooks.rotate_secret(endpoint, overlap_hours=1, by=an_actor())
    something_happened()
    send()
    something_happened()
    send(later(hours=2))

    during, after = receiver.received
    assert len(during.headers["webhook-signature"].split()) == 2
    Webhook(old).verify(during.body, during.headers)
    Webhook(new).verify(during.body, during.headers)
    Webhook(new).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(after.body, after.headers)


def test_a_retry_has_the_same_id_and_a_time_of_its_own(acme, globex, receiver):
    _, secret = an_endpoint(receiver.url())
    something_happened()
    receiver.answer = lambda received: Reply(500, body=b"out of order" + b"!" * 1000)
    send()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("pending", 1)
    wait = delivery.due_at - timezone.now()
    assert timedelta(seconds=3) < wait < timedelta(seconds=6)
    assert send().attempted == 0

    receiver.answer = lambda received: Reply()
    send(later(seconds=6))

    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    Webhook(secret).verify(second.body, second.headers)
    failed, succeeded = DeliveryAttempt.objects.order_by("id")
    assert (failed.status_code, len(failed.response_excerpt)) == (500, 500)
    assert succeeded.status_code == 204
    assert Delivery.objects.get().status == "delivered"


def test_after_ten_attempts_over_three_days_it_is_given_up(acme, globex, receiver):
    an_endpoint(receiver.url())
    something_happened()
    receiver.answer = lambda received: Reply(500)
    relay.plan()
    began = timezone.now()
    moments = [began]
    for _ in range(schedule.MOST_ATTEMPTS):
        deliveries.drain(clock=lambda: moments[-1])
        moments.append(max(moments[-1], Delivery.objects.get().due_at))

    assert len(receiver.received) == 10
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("failed", 10)
    assert timedelta(hours=67) < moments[-1] - began < timedelta(hours=84)
    assert send(later(days=30)).attempted == 0


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_not_followed(acme, globex, receiver, status):
    an_endpoint(receiver.url())
    something_happened()
    receiver.answer = lambda received: Reply(status, {"Location": receiver.url("/elsewhere")})

    send()

    assert [received.path for received in receiver.received] == ["/hook"]
    assert Delivery.objects.get().status == "pending"


def test_gone_disables_the_endpoint_and_says_so(acme, globex, receiver):
    an_endpoint(receiver.url())
    for _ in range(3):
        something_happened()
    receiver.answer = lambda received: Reply(410)

    send()

    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, DisabledReason.GONE)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"failed"}
    said = OutboxEvent.objects.get(name="integrations.endpoint_disabled")
    assert said.data == {"endpoint_id": str(endpoint.pk), "reason": "gone"}
    something_happened()
    assert send(later(days=1)).attempted == 0


def test_one_receivers_nonsense_loses_nobodys_outcome(acme, globex, receiver):
    absurd = {"Retry-After": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}
    receiver.answer = lambda received: Reply(503, absurd) if received.path == "/odd" else Reply()
    an_endpoint(receiver.url("/odd"))
    an_endpoint(receiver.url("/fine"))
    something_happened()

    drained = send()

    assert (drained.attempted, drained.delivered) == (2, 1)
    assert DeliveryAttempt.objects.count() == 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_asks_us_to_wait_is_left_alone(acme, globex, receiver, status):
    an_endpoint(receiver.url())
    something_happened()
    receiver.answer = lambda received: Reply(status, {"Retry-After": "120"})
    send()
    something_happened()  # waits as well
    receiver.answer = lambda received: Reply()

    assert send(later(seconds=100)).attempted == 0
    assert send(later(seconds=125)).attempted == 2


def test_an_endpoint_that_only_fails_for_five_days_is_disabled(acme, globex, receiver):
    an_endpoint(receiver.url())
    receiver.answer = lambda received: Reply(500)
    something_happened()
    send()
    something_happened()
    send(later(days=4, hours=23))
    assert WebhookEndpoint.objects.get().is_enabled

    something_happened()
    send(later(days=5, minutes=1))

    assert WebhookEndpoint.objects.get().disabled_reason == DisabledReason.FAILING


def test_a_success_in_between_clears_its_name(acme, globex, receiver):
    an_endpoint(receiver.url())
    for reply, days in ((500, 0), (204, 3), (500, 6), (500, 8)):
        receiver.answer = lambda received, status=reply: Reply(status)
        something_happened()
        send(later(days=days))

    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.is_enabled
    assert endpoint.failing_since


def test_a_server_that_is_not_there_is_a_failure(acme, globex, receiver):
    an_endpoint(receiver.url())
    something_happened()
    receiver.server.shutdown()
    receiver.server.server_close()

    send()

    assert DeliveryAttempt.objects.get().error == "Could not connect."


def test_a_secret_that_cannot_be_read_keeps_the_others_from_nothing(acme, globex, receiver, settings):
    lost = Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [lost]
    an_endpoint(receiver.url("/old"))
    settings.ENCRYPTION_KEYS = []
    an_endpoint(receiver.url("/new"))
    something_happened()

    assert send().delivered == 1
    assert [received.path for received in receiver.received] == ["/new"]
    assert Delivery.objects.pending().get().attempts == 0

    settings.ENCRYPTION_KEYS = [lost]
    assert send().delivered == 0
    assert send(later(minutes=2)).delivered == 1


def test_a_lost_secret_is_got_over_by_rotating(acme, globex, receiver, settings):
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    endpoint, _ = an_endpoint(receiver.url())
    settings.ENCRYPTION_KEYS = []
    _, secret = webhooks.rotate_secret(endpoint, by=an_actor())
    something_happened()

    assert send().delivered == 1
    (received,) = receiver.received
    Webhook(secret).verify(received.body, received.headers)


def test_few_at_once_to_one_endpoint(acme, globex, receiver, monkeypatch):
    monkeypatch.setattr("integrations.courier.PER_ENDPOINT", 4)
    gate = threading.Barrier(4, timeout=10)

    def answer(received: Received) -> Reply:
        gate.wait()
        return Reply()

    receiver.answer = answer
    an_endpoint(receiver.url())
    for _ in range(12):
        something_happened()

    assert send().delivered == 12
    assert receiver.most_at_once == 4


def test_a_customers_events_are_numbered_in_order(acme, globex, receiver):
    an_endpoint(receiver.url())
    company, person = uuid7(), uuid7()
    for stage in ("a", "b"):
        something_happened(company_id=company, person_id=person, stage=stage)
    something_happened(person_id=person, stage="c")
    relay.plan()
    something_happened(company_id=company, stage="d")
    send()

    sent = {
        received.json["data"]["stage_key"]: received.json["data"]["sequence"]
        for received in receiver.received
    }
    assert sent == {"a": 1, "b": 2, "c": 1, "d": 3}


def test_a_failing_endpoint_does_not_keep_the_others_waiting(acme, globex, receiver):
    release = threading.Event()

    def answer(received: Received) -> Reply:
        if received.path == "/slow":
            release.wait(10)
        elif sum(one.path == "/fast" for one in receiver.received) == 20:
            release.set()
        return Reply()

    receiver.answer = answer
    an_endpoint(receiver.url("/slow"))
    an_endpoint(receiver.url("/fast"))
    for _ in range(20):
        something_happened()

    assert send().delivered == 40
    assert release.is_set()
