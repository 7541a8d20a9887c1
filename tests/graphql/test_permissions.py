"""Every mutation by every role, over HTTP: allowed as the table says, and a refused one changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from accounts import members
from accounts.graphql.ids import global_id
from accounts.models import ApiKey, Membership, Tenant, TrustedDocument, User
from accounts.permissions import GRANTS, Permission, Role
from accounts.tenancy import public
from config.schema import schema
from integrations import webhooks
from integrations.models import Delivery, OutboxEvent, WebhookEndpoint
from journeys import affiliations, people, stages
from journeys.affiliations import AffiliationDraft
from success import accounts, contracts, overrides
from success.accounts import AccountDraft
from success.days import today
from tests.client import Api
from tests.experience.factories import a_survey
from tests.factories import a_key, a_membership, a_trusted_document, an_actor
from tests.journeys.factories import a_company, a_person

type Given = dict[str, Any]

LATER = timedelta(days=30)
MUTATION: Any = schema._schema.mutation_type
MUTATIONS: dict[str, Any] = MUTATION.fields


def person() -> str:
    return global_id("Person", a_person().pk)


def company() -> str:
    return global_id("Company", a_company().pk)


def account() -> str:
    draft = AccountDraft(company_id=a_company().pk)
    return global_id("Account", accounts.open(draft, by=an_actor()).pk)


def contract() -> str:
    opened = accounts.open(AccountDraft(company_id=a_company().pk), by=an_actor())
    draft = contracts.ContractDraft(
        account_id=opened.pk, recurring_revenue=Decimal(100), starts_on=today(), ends_on=today() + LATER
    )
    return global_id("Contract", contracts.agree(draft, by=an_actor()).pk)


def archived(kind: str) -> str:
    row = a_person()
    people.archive(row, by=an_actor())
    return global_id(kind, row.pk)


def endpoint(*, enabled: bool = True) -> str:
    draft = webhooks.EndpointDraft(url="https://partner.example/", event_names=["success.health_changed"])
    made = webhooks.create(draft, by=an_actor()).endpoint
    if not enabled:
        webhooks.disable(made, by=an_actor())
    return global_id("WebhookEndpoint", made.pk)


def delivery() -> str:
    endpoint()
    event = OutboxEvent.objects.latest("pk")
    made = Delivery.objects.create(endpoint=WebhookEndpoint.objects.get(), event=event)
    return global_id("Delivery", made.pk)


def stage() -> str:
    draft = stages.StageDraft(key="live", title="Live", kind="customer")
    return stages.create(draft, by=an_actor()).key


def held() -> str:
    made = affiliations.affiliate(a_person(), a_company(), AffiliationDraft(), by=an_actor())
    return global_id("Affiliation", made.pk)


def response() -> Given:
    survey = a_survey("nps")
    question = global_id("Question", survey.questions.get().pk)
    answers = [{"questionId": question, "score": 9}]
    return {"surveyId": global_id("Survey", survey.pk), "personId": person(), "answers": answers}


def overridden() -> str:
    opened = accounts.open(AccountDraft(company_id=a_company().pk), by=an_actor())
    until = timezone.now() + LATER
    overrides.override(opened, score=Decimal(50), reason="Because.", expires_at=until, by=an_actor())
    return global_id("Account", opened.pk)


def override() -> Given:
    until = (timezone.now() + LATER).isoformat()
    return {"accountId": account(), "score": "10", "reason": "Because.", "expiresAt": until}


def terms() -> Given:
    starts, ends = today(), today() + LATER
    return {"accountId": account(), "recurringRevenue": "10", "startsOn": f"{starts}", "endsOn": f"{ends}"}


def measures() -> list[Given]:
    curve = [{"value": 0, "points": 0}, {"value": 1, "points": 100}]
    return [{"key": "breadth", "title": "Breadth", "feature": "BREADTH", "curve": curve, "weight": 1}]


def key(acme: Tenant) -> str:
    a_key(acme)
    with public():
        return global_id("ApiKey", ApiKey.objects.latest("created_at").pk)


def document(acme: Tenant) -> str:
    return global_id("TrustedDocument", a_trusted_document(acme).pk)


def member(acme: Tenant) -> str:
    return global_id("Member", a_membership(acme, Role.VIEWER).pk)


def replay() -> Given:
    until = timezone.now() + LATER
    return {"id": endpoint(), "since": timezone.now().isoformat(), "until": until.isoformat()}


MATRIX: dict[str, tuple[Permission, Callable[[Tenant], Given]]] = {
    "apiKeyIssue": (Permission.MANAGE_KEYS, lambda _: {"name": "new", "scopes": ["SEE_PEOPLE"]}),
    "apiKeyRevoke": (Permission.MANAGE_KEYS, lambda acme: {"id": key(acme)}),
    "trustedDocumentsAdd": (
        Permission.MANAGE_KEYS,
        lambda _: {"documents": [{"text": "{ viewer { label } }"}]},
    ),
    "trustedDocumentWithdraw": (Permission.MANAGE_KEYS, lambda acme: {"id": document(acme)}),
    "memberAdd": (
        Permission.MANAGE_MEMBERS,
        lambda _: {
            "email": "new@acme.test",
            "name": "New",
            "role": "VIEWER",
            "password": "correct horse battery",
        },
    ),
    "memberChangeRole": (Permission.MANAGE_MEMBERS, lambda acme: {"id": member(acme), "role": "CSM"}),
    "memberEnd": (Permission.MANAGE_MEMBERS, lambda acme: {"id": member(acme)}),
    "personCreate": (Permission.CHANGE_PEOPLE, lambda _: {"name": "Ada"}),
    "personUpdate": (Permission.CHANGE_PEOPLE, lambda _: {"id": person(), "name": "Grace"}),
    "personArchive": (Permission.CHANGE_PEOPLE, lambda _: {"id": person()}),
    "personRestore": (Permission.CHANGE_PEOPLE, lambda _: {"id": archived("Person")}),
    "personEnterStage": (Permission.CHANGE_PEOPLE, lambda _: {"personId": person(), "stageKey": stage()}),
    "companyCreate": (Permission.CHANGE_COMPANIES, lambda _: {"name": "Initech"}),
    "companyUpdate": (Permission.CHANGE_COMPANIES, lambda _: {"id": company(), "name": "Initrode"}),
    "companyArchive": (Permission.CHANGE_COMPANIES, lambda _: {"id": company()}),
    "companyRestore": (Permission.CHANGE_COMPANIES, lambda _: {"id": company()}),
    "companyEnterStage": (
        Permission.CHANGE_COMPANIES,
        lambda _: {"companyId": company(), "stageKey": stage()},
    ),
    "affiliationCreate": (Permission.CHANGE_PEOPLE, lambda _: {"personId": person(), "companyId": company()}),
    "affiliationEnd": (Permission.CHANGE_PEOPLE, lambda _: {"id": held()}),
    "stageCreate": (Permission.MANAGE_STAGES, lambda _: {"key": "new", "title": "New", "kind": "PROSPECT"}),
    "eventsSend": (
        Permission.SEND_EVENTS,
        lambda _: {"events": [{"name": "seen", "identity": {"kind": "USER", "value": "1"}}]},
    ),
    "accountOpen": (Permission.CHANGE_ACCOUNTS, lambda _: {"companyId": company()}),
    "accountUpdate": (Permission.CHANGE_ACCOUNTS, lambda _: {"accountId": account(), "tier": "gold"}),
    "accountClose": (Permission.CHANGE_ACCOUNTS, lambda _: {"accountId": account()}),
    "contractAgree": (Permission.CHANGE_CONTRACTS, lambda _: terms()),
    "contractRenew": (
        Permission.CHANGE_CONTRACTS,
        lambda _: {"contractId": contract(), "endsOn": f"{today() + 2 * LATER}"},
    ),
    "contractAmend": (
        Permission.CHANGE_CONTRACTS,
        lambda _: {"contractId": contract(), "recurringRevenue": "7"},
    ),
    "contractEnd": (
        Permission.CHANGE_CONTRACTS,
        lambda _: {"contractId": contract(), "endsOn": f"{today()}"},
    ),
    "healthOverride": (Permission.OVERRIDE_HEALTH, lambda _: override()),
    "healthOverrideLift": (Permission.OVERRIDE_HEALTH, lambda _: {"accountId": overridden()}),
    "scorecardPublish": (Permission.MANAGE_SCORECARDS, lambda _: {"title": "New", "measures": measures()}),
    "signalSet": (Permission.MANAGE_SCORECARDS, lambda _: {"eventName": "ticket_opened", "role": "SUPPORT"}),
    "surveyCreate": (
        Permission.MANAGE_SURVEYS,
        lambda _: {"key": "new", "title": "New", "questions": [{"kind": "NPS", "text": "How likely?"}]},
    ),
    "surveyArchive": (Permission.MANAGE_SURVEYS, lambda _: {"id": global_id("Survey", a_survey().pk)}),
    "responseRecord": (Permission.RECORD_RESPONSES, lambda _: response()),
    "webhookEndpointCreate": (
        Permission.MANAGE_WEBHOOKS,
        lambda _: {"url": "https://partner.example/", "eventNames": ["success.health_changed"]},
    ),
    "webhookEndpointUpdate": (Permission.MANAGE_WEBHOOKS, lambda _: {"id": endpoint(), "description": "x"}),
    "webhookEndpointRotateSecret": (Permission.MANAGE_WEBHOOKS, lambda _: {"id": endpoint()}),
    "webhookEndpointDisable": (Permission.MANAGE_WEBHOOKS, lambda _: {"id": endpoint()}),
    "webhookEndpointEnable": (Permission.MANAGE_WEBHOOKS, lambda _: {"id": endpoint(enabled=False)}),
    "webhookEndpointDelete": (Permission.MANAGE_WEBHOOKS, lambda _: {"id": endpoint()}),
    "webhookEndpointTest": (Permission.MANAGE_WEBHOOKS, lambda _: {"id": endpoint()}),
    "webhookEndpointReplay": (Permission.MANAGE_WEBHOOKS, lambda _: replay()),
    "deliveryReplay": (Permission.MANAGE_WEBHOOKS, lambda _: {"id": delivery()}),
}

CONFLICTS = {"companyRestore"}
"""What is asked of the wrong object, and refused to those who may for that reason."""


def staff(acme: Tenant) -> dict[Role, User]:
    """A member of each role, as rows: there are many of them in this module."""
    with public():
        users = {role: User(tenant=acme, email=f"{role}@acme.test", name=role.label) for role in Role}
        User.objects.bulk_create(users.values())
        Membership.objects.bulk_create(Membership(user=users[role], tenant=acme, role=role) for role in Role)
    return users


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the tenant, and its members and keys."""
    ours = {"journeys", "success", "experience", "integrations"}
    models = [model for model in apps.get_models() if model._meta.app_label in ours]
    models += [Membership, ApiKey, TrustedDocument]
    return {model._meta.label: list(model._base_manager.order_by("pk").values_list()) for model in models}


def test_every_mutation_is_in_the_matrix():
    assert set(MUTATIONS) == set(MATRIX)


@pytest.mark.parametrize("name", MATRIX)
def test_a_mutation_is_for_those_who_may(acme, name):
    permission, given = MATRIX[name]
    input_type = MUTATIONS[name].args["input"].type
    document = (
        f"mutation($input: {input_type}) {{ {name}(input: $input) {{ errors {{ path message code }} }} }}"
    )
    apis, asked = {role: Api(acme, user) for role, user in staff(acme).items()}, given(acme)
    may = {role for role in Role if permission in GRANTS[role]}
    before = everything()

    for role in set(Role) - may:
        answer = apis[role](document, input=asked)
        assert [error["code"] for error in answer["data"][name]["errors"]] == ["FORBIDDEN"], (role, answer)
    assert everything() == before

    for number, role in enumerate(may):
        with transaction.atomic():
            answer = apis[role](document, input=asked)
            codes = [error["code"] for error in answer["data"][name]["errors"]]
            assert codes == (["CONFLICT"] if name in CONFLICTS else []), (role, answer)
            assert number or name in CONFLICTS or everything() != before
            transaction.set_rollback(True)


def test_an_owner_is_made_by_owners_only(acme):
    admin, viewer = Api(acme, a_membership(acme, Role.ADMIN).user), a_membership(acme, Role.VIEWER)
    document = """mutation($id: ID!) {
        memberChangeRole(input: {id: $id, role: OWNER}) { member { role } errors { code } } }"""

    answer = admin(document, id=global_id("Member", viewer.pk))

    assert answer["data"]["memberChangeRole"] == {"member": None, "errors": [{"code": "FORBIDDEN"}]}
    assert members.find(viewer.pk, by=an_actor()).role == Role.VIEWER


def test_a_key_may_what_its_scopes_say(acme):
    api = Api(acme, a_key(acme, Permission.SEE_PEOPLE))
    create = 'mutation { personCreate(input: {name: "Ada"}) { errors { code } } }'

    assert api("{ people { totalCount } }")["data"] == {"people": {"totalCount": 0}}
    assert api(create)["data"]["personCreate"]["errors"] == [{"code": "FORBIDDEN"}]
