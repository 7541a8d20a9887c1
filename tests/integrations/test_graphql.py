"""Webhook endpoints, deliveries and the audit trail by GraphQL."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.graphql.ids import global_id
from accounts.permissions import Permission
from integrations import relay
from integrations.models import Delivery, DeliveryAttempt, WebhookEndpoint
from journeys import people
from journeys.people import PersonDraft
from tests.client import Api
from tests.factories import a_key, a_member, an_actor
from tests.integrations.factories import HEARD, an_endpoint, something_happened

URL = "https://partner.example/hook"


@pytest.fixture
def api(acme) -> Api:
    """A member who may do everything."""
    return Api(acme, a_member(acme))


def payload(answer: dict) -> dict:
    (found,) = answer["data"].values()
    return found


CREATE = """mutation($input: WebhookEndpointCreateInput!) { webhookEndpointCreate(input: $input) {
    webhookEndpoint { id url description eventNames isEnabled disabledReason createdBy { name } } secret
    errors { path code } } }"""


def test_an_endpoint_is_made_changed_and_removed(api):
    made = payload(api(CREATE, input={"url": URL, "eventNames": [HEARD], "description": "CRM"}))
    endpoint = made["webhookEndpoint"]
    assert made["secret"].startswith("whsec_")
    assert (endpoint["url"], endpoint["eventNames"], endpoint["isEnabled"]) == (URL, [HEARD], True)
    assert endpoint["disabledReason"] is None

    update = """mutation($input: WebhookEndpointUpdateInput!) { webhookEndpointUpdate(input: $input) {
        webhookEndpoint { url description eventNames } errors { path code } } }"""
    changed = payload(api(update, input={"id": endpoint["id"], "description": None}))["webhookEndpoint"]
    assert changed == {"url": URL, "description": "", "eventNames": [HEARD]}
    empty = payload(api(update, input={"id": endpoint["id"], "eventNames": []}))
    assert empty["errors"] == [{"path": ["eventNames"], "code": "INVALID"}]

    listed = str(api("{ webhookEndpoints { nodes { id url } } }"))
    assert made["secret"] not in listed
    delete = (
        "mutation($id: ID!) { webhookEndpointDelete(input: {id: $id}) { deletedId errors { path code } } }"
    )
    assert payload(api(delete, id=endpoint["id"])) == {"deletedId": endpoint["id"], "errors": []}
    assert payload(api(delete, id=endpoint["id"]))["errors"] == [{"path": ["id"], "code": "NOT_FOUND"}]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"url": "http://partner.example/"}, ["url"]),
        ({"url": "https://127.0.0.1/"}, ["url"]),
        ({"url": "nonsense"}, ["url"]),
        ({"eventNames": []}, ["eventNames"]),
        ({"eventNames": ["nothing.happened"]}, ["eventNames"]),
        ({"description": "x" * 201}, ["description"]),
    ],
)
def test_what_does_not_fit_is_a_fields_error(api, settings, change, path):
    settings.WEBHOOK_REQUIRE_HTTPS = True
    refused = payload(api(CREATE, input={"url": URL, "eventNames": [HEARD]} | change))

    assert refused["secret"] is refused["webhookEndpoint"] is None
    assert [error["path"] for error in refused["errors"]] == [path]
    assert not WebhookEndpoint.objects.exists()


def test_it_is_switched_off_and_on_and_gets_another_secret(api):
    keyed = an_endpoint(URL)
    id = global_id("WebhookEndpoint", keyed.endpoint.pk)

    def change(name: str, more: str = "") -> dict:
        document = f"""mutation($id: ID!) {{ {name}(input: {{id: $id{more}}}) {{
            webhookEndpoint {{ isEnabled disabledReason previousSecretUntil }} errors {{ path code }} }} }}"""
        return payload(api(document, id=id))

    assert change("webhookEndpointDisable")["webhookEndpoint"]["disabledReason"] == "BY_HAND"
    assert change("webhookEndpointDisable")["errors"] == [{"path": ["id"], "code": "CONFLICT"}]
    assert change("webhookEndpointTest")["errors"] == [{"path": ["id"], "code": "CONFLICT"}]
    assert change("webhookEndpointEnable")["webhookEndpoint"]["isEnabled"] is True
    assert change("webhookEndpointTest")["errors"] == []
    assert change("webhookEndpointRotateSecret")["webhookEndpoint"]["previousSecretUntil"]
    for hours in (-1, 169, 2**31 - 1):
        assert change("webhookEndpointRotateSecret", f", overlapHours: {hours}")["errors"] == [
            {"path": ["overlapHours"], "code": "INVALID"}
        ]


def test_deliveries_show_what_became_of_them_and_are_sent_again(api):
    keyed = an_endpoint(URL)
    event = something_happened()
    relay.plan()
    delivery = Delivery.objects.get()
    DeliveryAttempt.objects.create(
        delivery=delivery,
        attempted_at=timezone.now(),
        status_code=500,
        duration_ms=12,
        response_excerpt="Oops.",
    )
    Delivery.objects.update(status="failed", attempts=10)

    found = api(
        """{ webhookEndpoints { nodes { deliveries(first: 5, filters: {status: {exact: FAILED}}) { nodes {
              id status attemptCount messageId eventName event { name actorLabel data }
              attempts { statusCode durationMs responseExcerpt } } } } }
            deliveries(filters: {eventName: {startsWith: "journeys."}}, search: "STAGE") { totalCount } }"""
    )["data"]
    (shown,) = found["webhookEndpoints"]["nodes"][0]["deliveries"]["nodes"]
    assert found["deliveries"] == {"totalCount": 1}
    assert (shown["status"], shown["attemptCount"], shown["messageId"]) == ("FAILED", 10, str(event.pk))
    assert (shown["eventName"], shown["event"]["name"], shown["event"]["actorLabel"]) == (
        HEARD,
        HEARD,
        "test",
    )
    assert shown["attempts"] == [{"statusCode": 500, "durationMs": 12, "responseExcerpt": "Oops."}]

    replay = """mutation($id: ID!) { deliveryReplay(input: {id: $id}) {
        delivery { status attemptCount } errors { code } } }"""
    assert payload(api(replay, id=shown["id"]))["delivery"] == {"status": "PENDING", "attemptCount": 0}
    again = """mutation($id: ID!, $since: DateTime!, $until: DateTime!) {
        webhookEndpointReplay(input: {id: $id, since: $since, until: $until}) {
            queuedCount errors { path code } } }"""
    id, now = global_id("WebhookEndpoint", keyed.endpoint.pk), timezone.now()
    day = timedelta(days=1)
    assert payload(api(again, id=id, since=f"{now - day}", until=f"{now + day}"))["queuedCount"] == 1
    backwards = payload(api(again, id=id, since=f"{now + day}", until=f"{now - day}"))
    assert backwards["errors"] == [{"path": ["until"], "code": "INVALID"}]


def test_the_audit_trail_is_for_those_who_may_see_it(acme, api):
    person = people.create(PersonDraft(name="Ada"), by=an_actor())
    document = """query($id: ID!) { auditEvents(filters: {personId: {exact: $id}}) {
        nodes { name actorKind actorLabel data person { name } company { name } } } }"""
    blind = Api(acme, a_key(acme, Permission.SEE_PEOPLE, Permission.SEE_WEBHOOKS))
    id = global_id("Person", person.pk)

    (line,) = api(document, id=id)["data"]["auditEvents"]["nodes"]

    assert (line["name"], line["actorKind"], line["actorLabel"]) == (
        "journeys.person_created",
        "system",
        "test",
    )
    assert line["person"] == {"name": "Ada"}
    assert line["data"] == {"person_id": str(person.pk)}
    assert blind(document, id=id)["data"] == {"auditEvents": {"nodes": []}}


def test_a_delivery_names_its_event_to_those_who_may_not_see_the_trail(acme):
    an_endpoint(URL)
    something_happened()
    relay.plan()

    answer = Api(acme, a_key(acme, Permission.SEE_WEBHOOKS))(
        "{ deliveries { nodes { eventName event { id } } } }"
    )

    assert answer["data"]["deliveries"]["nodes"] == [{"eventName": HEARD, "event": None}]


def test_the_kinds_of_events_have_schemas_and_examples(api):
    kinds = api("{ eventKinds { name version description schema example } }")["data"]["eventKinds"]

    named = {kind["name"]: kind for kind in kinds}
    assert {"success.health_changed", "experience.survey_answered", HEARD} <= set(named)
    assert named[HEARD]["example"]["type"] == HEARD
    assert named[HEARD]["schema"]["properties"]["data"]["type"] == "object"
    assert all(kind["description"] for kind in kinds)
