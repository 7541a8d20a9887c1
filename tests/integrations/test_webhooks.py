"""Endpoints: who may manage them, what is refused, and what can be sent once more."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, Invalid, LimitExceeded, NotFound
from accounts.permissions import GRANTS, Permission, Role
from accounts.tenancy import inside
from integrations import deliveries, relay, secrets, webhooks
from integrations.models import Delivery, DeliveryAttempt, OutboxEvent, WebhookEndpoint
from integrations.webhooks import EndpointDraft
from journeys import stages
from journeys.stages import Entrance, StageDraft
from tests.factories import an_actor
from tests.integrations.factories import HEARD, an_endpoint, something_happened
from tests.integrations.receiver import Reply
from tests.journeys.factories import a_company

URL = "https://partner.example/hook"


def draft(**changes) -> EndpointDraft:
    return EndpointDraft(**{"url": URL, "event_names": [HEARD], **changes})


def names() -> list[str]:
    return list(OutboxEvent.objects.order_by("id").values_list("name", flat=True))


def test_a_secret_is_shown_once_and_sealed(acme, globex):
    _, secret = an_endpoint(URL)

    row = WebhookEndpoint.objects.values().get()
    assert secret.startswith("whsec_")
    assert not [value for value in row.values() if secret.removeprefix("whsec_") in str(value)]
    assert secrets.unseal(row["sealed_secret"]) == secret
    assert names() == ["integrations.endpoint_created"]
    assert secret not in str(OutboxEvent.objects.values().get())


def test_a_neighbours_endpoint_is_not_found(acme, globex):
    with inside(globex):
        theirs, _ = an_endpoint(URL)

    with pytest.raises(NotFound):
        webhooks.find(theirs.pk, by=an_actor())
    with pytest.raises(NotFound):
        webhooks.disable(theirs, by=an_actor())
    with inside(globex):
        assert WebhookEndpoint.objects.get().is_enabled


@pytest.mark.parametrize("role", [role for role in Role if Permission.MANAGE_WEBHOOKS not in GRANTS[role]])
def test_who_may_not_manage_them(acme, globex, role):
    endpoint, _ = an_endpoint(URL)
    by = an_actor(*GRANTS[role])
    now = timezone.now()
    something_happened()
    relay.plan()
    delivery = Delivery.objects.get()
    for attempt in (
        lambda: webhooks.create(draft(), by=by),
        lambda: webhooks.update(endpoint, draft(), by=by),
        lambda: webhooks.rotate_secret(endpoint, by=by),
        lambda: webhooks.disable(endpoint, by=by),
        lambda: webhooks.enable(endpoint, by=by),
        lambda: webhooks.test(endpoint, by=by),
        lambda: webhooks.replay(delivery, by=by),
        lambda: webhooks.replay_range(endpoint, now, now + timedelta(1), by=by),
        lambda: webhooks.delete(endpoint, by=by),
    ):
        with pytest.raises(Forbidden):
            attempt()
    assert WebhookEndpoint.objects.count() == 1


def test_who_may_not_see_them_finds_none(acme, globex):
    endpoint, _ = an_endpoint(URL)
    something_happened()
    relay.plan()
    nobody = an_actor(Permission.SEE_PEOPLE)
    with pytest.raises(NotFound):
        webhooks.find(endpoint.pk, by=nobody)
    with pytest.raises(NotFound):
        webhooks.find_delivery(Delivery.objects.get().pk, by=nobody)
    assert webhooks.find_delivery(Delivery.objects.get().pk, by=an_actor()).endpoint == endpoint


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "http://partner.example/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"event_names": []}, "event_names"),
        ({"event_names": ["journeys.nothing_happened"]}, "event_names"),
        ({"event_names": ["accounts.key_issued"]}, "event_names"),
        ({"description": "x" * 201}, "description"),
    ],
)
def test_what_an_endpoint_cannot_be(acme, globex, changes, field):
    with pytest.raises(Invalid) as refusal:
        webhooks.create(draft(**changes), by=an_actor())
    assert refusal.value.field == field
    assert not WebhookEndpoint.objects.exists()


def test_there_is_an_end_to_endpoints(acme, globex, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_ENDPOINTS", 2)
    an_endpoint(URL)
    an_endpoint(URL)
    with pytest.raises(LimitExceeded):
        an_endpoint(URL)
    with inside(globex):
        an_endpoint(URL)


def test_the_database_refuses_an_endpoint_disabled_for_no_reason(acme, globex):
    an_endpoint(URL)
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookEndpoint.objects.update(is_enabled=False)


def test_a_change_is_said_and_no_change_is_not(acme, globex):
    endpoint, _ = an_endpoint(URL)
    assert webhooks.update(endpoint, draft(description="CRM"), by=an_actor()).description == "CRM"
    webhooks.update(endpoint, draft(description="CRM"), by=an_actor())

    assert names() == ["integrations.endpoint_created", "integrations.endpoint_updated"]
    assert OutboxEvent.objects.latest("id").data["changed"] == ["description"]


def test_secrets_overlap_for_a_week_at_most(acme, globex):
    endpoint, _ = an_endpoint(URL)
    with pytest.raises(Invalid):
        webhooks.rotate_secret(endpoint, overlap_hours=169, by=an_actor())
    with pytest.raises(Invalid):
        webhooks.rotate_secret(endpoint, overlap_hours=-1, by=an_actor())


def test_a_secret_is_not_rotated_again_while_two_sign(acme, globex):
    endpoint, _ = an_endpoint(URL)
    webhooks.rotate_secret(endpoint, by=an_actor())
    with pytest.raises(Conflict):
        webhooks.rotate_secret(endpoint, by=an_actor())
    webhooks.rotate_secret(endpoint, overlap_hours=0, by=an_actor())  # it has leaked
    webhooks.rotate_secret(endpoint, by=an_actor())


def test_off_and_on_again(acme, globex):
    endpoint, _ = an_endpoint(URL)
    other, _ = an_endpoint(f"{URL}/other")
    something_happened()
    relay.plan()
    webhooks.disable(endpoint, by=an_actor())
    with pytest.raises(Conflict):
        webhooks.disable(endpoint, by=an_actor())
    with pytest.raises(Conflict):
        webhooks.test(endpoint, by=an_actor())
    status = dict(Delivery.objects.values_list("endpoint", "status"))
    assert status == {endpoint.pk: "failed", other.pk: "pending"}
    missed = something_happened()
    relay.plan()
    assert Delivery.objects.get(event=missed).endpoint == other  # it is replayed when somebody asks for it

    webhooks.enable(endpoint, by=an_actor())
    with pytest.raises(Conflict):
        webhooks.enable(endpoint, by=an_actor())
    said = [name for name in names() if name.startswith("integrations.")]
    assert said[-2:] == ["integrations.endpoint_disabled", "integrations.endpoint_enabled"]


def test_a_test_message_reaches_its_own_endpoint_alone(acme, globex, receiver):
    endpoint, _ = an_endpoint(receiver.url("/mine"))
    an_endpoint(receiver.url("/other"))
    with inside(globex):
        an_endpoint(receiver.url("/globex"))

    webhooks.test(endpoint, by=an_actor())
    relay.plan()
    deliveries.drain()

    (received,) = receiver.received
    assert received.path == "/mine"
    assert received.json["type"] == "integrations.endpoint_tested"
    assert received.json["data"]["endpoint_id"] == str(endpoint.pk)


def test_one_delivery_is_sent_once_more_under_the_same_id(acme, globex, receiver):
    an_endpoint(receiver.url())
    something_happened()
    relay.plan()
    deliveries.drain()

    delivery = webhooks.replay(Delivery.objects.get(), by=an_actor())
    assert (delivery.status, delivery.attempts, delivery.delivered_at) == ("pending", 0, None)
    deliveries.drain()

    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert DeliveryAttempt.objects.filter(delivery=delivery).count() == 2


def test_a_range_brings_also_what_was_never_planned(acme, globex, receiver):
    endpoint, _ = an_endpoint(receiver.url())
    for stage in ("before", "during"):
        something_happened(stage=stage)
    relay.plan()
    receiver.answer = lambda received: Reply(410)
    deliveries.drain()
    something_happened(stage="while off")
    relay.plan()
    endpoint = webhooks.enable(endpoint, by=an_actor())
    receiver.received.clear()
    receiver.answer = lambda received: Reply()
    first = OutboxEvent.objects.get(data__stage_key="before")

    since = first.created_at + timedelta(microseconds=1)
    assert webhooks.replay_range(endpoint, since, timezone.now(), by=an_actor()) == 2
    deliveries.drain()

    assert {received.json["data"]["stage_key"] for received in receiver.received} == {"during", "while off"}


def test_history_that_is_brought_in_is_no_news(acme, globex, receiver):
    endpoint, _ = an_endpoint(receiver.url())
    began, by = timezone.now(), an_actor()
    company, old = a_company(), timezone.now() - timedelta(days=400)
    trial, live = (
        stages.create(StageDraft(key=key, title=key, kind="prospect"), by=by) for key in ("trial", "live")
    )
    stages.enter_many([Entrance(subject=company, stage=trial, at=old, recorded_at=old)], by=by)
    stages.enter(company, live, by=by)
    relay.plan()
    deliveries.drain()
    assert [received.json["data"]["stage_key"] for received in receiver.received] == ["live"]

    webhooks.replay_range(endpoint, began, timezone.now(), by=by)
    deliveries.drain()
    assert {received.json["data"]["stage_key"] for received in receiver.received} == {"trial", "live"}
    assert OutboxEvent.objects.get(is_backfilled=True).occurred_at == old


def test_a_range_has_an_end_and_a_size(acme, globex, monkeypatch):
    endpoint, _ = an_endpoint(URL)
    now = timezone.now()
    with pytest.raises(Invalid):
        webhooks.replay_range(endpoint, now, now, by=an_actor())
    monkeypatch.setattr(webhooks, "MOST_REPLAYED", 1)
    something_happened()
    something_happened()
    relay.plan()
    with pytest.raises(LimitExceeded):
        webhooks.replay_range(endpoint, now, timezone.now(), by=an_actor())


def test_deleting_takes_the_log_and_leaves_the_audit_trail(acme, globex):
    endpoint, _ = an_endpoint(URL)
    something_happened()
    relay.plan()
    webhooks.delete(endpoint, by=an_actor())

    assert not Delivery.objects.exists()
    assert names()[-1] == "integrations.endpoint_deleted"
    with pytest.raises(NotFound):
        webhooks.delete(endpoint, by=an_actor())
