"""Where an id may stand in a mutation, one of the neighbour's is refused, and changes nothing."""

from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, get_named_type

from accounts import keys
from accounts.graphql.ids import global_id
from accounts.graphql.nodes import NODES, shape_of
from accounts.keys import KeyDraft
from accounts.models import ApiKey, Membership, Tenant
from accounts.permissions import Permission, Role
from accounts.tenancy import inside, public
from config.schema import schema
from integrations.models import Delivery
from journeys import stages
from tests.client import Api
from tests.factories import a_key, a_member, a_trusted_document, an_actor
from tests.graphql.world import a_world
from tests.integrations.factories import an_endpoint, something_happened
from tests.journeys.factories import a_company

MUTATIONS: Any = schema._schema.mutation_type and schema._schema.mutation_type.fields
KEY = KeyDraft(name="another", scopes=[Permission.SEE_PEOPLE])
SOON = (datetime.now(UTC) + timedelta(days=30)).isoformat()

Path = tuple[str | int, ...]
Ids = dict[str, str]

RECIPES: dict[str, Callable[[Ids], dict[str, Any]]] = {
    "apiKeyRevoke": lambda of: {"id": of["ApiKey"]},
    "memberChangeRole": lambda of: {"id": of["Member"], "role": "VIEWER"},
    "memberEnd": lambda of: {"id": of["Member"]},
    "trustedDocumentWithdraw": lambda of: {"id": of["TrustedDocument"]},
    "personUpdate": lambda of: {"id": of["Person"], "name": "Another"},
    "personArchive": lambda of: {"id": of["Person"]},
    "personRestore": lambda of: {"id": of["Person"]},
    "personEnterStage": lambda of: {"personId": of["Person"], "stageKey": "onboarding"},
    "companyUpdate": lambda of: {"id": of["Company"], "name": "Another"},
    "companyArchive": lambda of: {"id": of["Company"]},
    "companyRestore": lambda of: {"id": of["Company"]},
    "companyEnterStage": lambda of: {"companyId": of["Company"], "stageKey": "onboarding"},
    "affiliationCreate": lambda of: {"personId": of["Person"], "companyId": of["Company"]},
    "affiliationEnd": lambda of: {"id": of["Affiliation"]},
    "eventsSend": lambda of: {
        "events": [{"name": "report_opened", "personId": of["Person"], "companyId": of["Company"]}]
    },
    "accountOpen": lambda of: {"companyId": of["Company"], "ownerId": of["User"]},
    "accountUpdate": lambda of: {"accountId": of["Account"], "ownerId": of["User"], "tier": "another"},
    "accountClose": lambda of: {"accountId": of["Account"]},
    "contractAgree": lambda of: {
        "accountId": of["Account"], "recurringRevenue": "1", "startsOn": "2026-01-01", "endsOn": "2027-01-01"
    },
    "contractRenew": lambda of: {"contractId": of["Contract"], "endsOn": "2999-01-01"},
    "contractAmend": lambda of: {"contractId": of["Contract"], "recurringRevenue": "7"},
    "contractEnd": lambda of: {"contractId": of["Contract"], "endsOn": "2999-01-01"},
    "healthOverride": lambda of: {
        "accountId": of["Account"], "score": "7", "reason": "Told us.", "expiresAt": SOON
    },
    "healthOverrideLift": lambda of: {"accountId": of["Account"]},
    "surveyArchive": lambda of: {"id": of["Survey"]},
    "responseRecord": lambda of: {
        "surveyId": of["Survey"], "personId": of["Person"], "companyId": of["Company"],
        "answers": [{"questionId": of["Question"], "score": 3}],
    },
    "webhookEndpointUpdate": lambda of: {"id": of["WebhookEndpoint"], "description": "Another"},
    "webhookEndpointRotateSecret": lambda of: {"id": of["WebhookEndpoint"]},
    "webhookEndpointDisable": lambda of: {"id": of["WebhookEndpoint"]},
    "webhookEndpointEnable": lambda of: {"id": of["WebhookEndpoint"]},
    "webhookEndpointDelete": lambda of: {"id": of["WebhookEndpoint"]},
    "webhookEndpointTest": lambda of: {"id": of["WebhookEndpoint"]},
    "webhookEndpointReplay": lambda of: {
        "id": of["WebhookEndpoint"], "since": "2026-01-01T00:00:00Z", "until": SOON
    },
    "deliveryReplay": lambda of: {"id": of["Delivery"]},
}  # fmt: skip
"""A mutation of each kind, as it could be meant, from the ids of what is there."""

FIRST: dict[str, str] = {
    "personRestore": "personArchive",
    "companyRestore": "companyArchive",
    "webhookEndpointEnable": "webhookEndpointDisable",
    "healthOverrideLift": "healthOverride",
}
"""What must be done before, so that there is something to be done."""


def places(kind: Any, value: Any, path: Path = ()) -> Iterator[Path]:
    """Where in a value of a type an id may stand."""
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(inner, GraphQLList):
        yield from places(inner.of_type, value[0], (*path, 0))
    elif isinstance(inner, GraphQLInputObjectType):
        for name, field in inner.fields.items():
            if name in value or _holds_ids(field.type):
                yield from places(field.type, value[name], (*path, name))
    elif inner.name == "ID":
        yield path


def _holds_ids(kind: Any) -> bool:
    """Whether a recipe must say something here, because ids may stand in it."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        return any(_holds_ids(field.type) for field in named.fields.values())
    return named.name == "ID"


def put(value: Any, path: Path, given: str) -> Any:
    """The value with something else in one place."""
    if not path:
        return given
    if isinstance(value, list):
        return [put(each, path[1:], given) if at == path[0] else each for at, each in enumerate(value)]
    return {name: put(each, path[1:], given) if name == path[0] else each for name, each in value.items()}


def at(value: Any, path: Path) -> str:
    """What stands there."""
    for step in path:
        value = value[step]
    return str(value)


def ids_in(tenant: Tenant) -> Ids:
    """An id of every kind of object that there is."""
    with inside(tenant):
        owner = a_member(tenant, Role.CSM)
        world = a_world(1, owner=owner)
        stages.install_defaults(by=an_actor())
        endpoint = an_endpoint("https://partner.example/").endpoint
        Delivery.objects.create(endpoint=endpoint, event=something_happened(), due_at=timezone.now())
        kinds = {name: NODES[name] for name in schema._schema.type_map if name in NODES}
        rows = {
            name: shape_of(node).model._default_manager.order_by("pk").last() for name, node in kinds.items()
        }
        rows |= {
            "Company": a_company(),
            "Question": world.survey.questions.first(),
            "User": owner,
            "Member": Membership.objects.get(user=owner),
            "ApiKey": ApiKey.objects.get(pk=keys.issue(KEY, by=an_actor()).key.pk),
            "TrustedDocument": a_trusted_document(tenant),
        }
        return {name: global_id(name, row.pk) for name, row in rows.items() if row}


@pytest.fixture
def both(acme, globex) -> tuple[Ids, Ids]:
    """Ids of ours and of theirs."""
    return ids_in(acme), ids_in(globex)


def everything() -> dict[str, str]:
    """A digest of each table's rows for both tenants and what all tenants share."""
    with public(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(format('SELECT %L, md5(string_agg(x::text, '','' ORDER BY x::text))"
            " FROM %I.%I x', schemaname || '.' || tablename, schemaname, tablename), ' UNION ALL ')"
            " FROM pg_tables WHERE schemaname IN ('acme', 'globex') OR schemaname = 'public'"
            " AND tablename LIKE 'accounts%%'"
        )
        (statement,) = cursor.fetchone()
        cursor.execute(statement)
        return dict(cursor.fetchall())


def refusals(api: Api, name: str, given: Any) -> list[Any]:
    """Why a mutation was refused, or a part of what it was given."""
    more = "refused { path }" if "refused" in get_named_type(MUTATIONS[name].type).fields else ""
    kind = MUTATIONS[name].args["input"].type
    document = f"mutation($input: {kind}) {{ {name}(input: $input) {{ errors {{ path code }} {more} }} }}"
    payload = api(document, input=given)["data"][name]
    return [*payload["errors"], *(payload.get("refused") or ())]


@contextmanager
def undone() -> Iterator[None]:
    """Let what is done in here not have been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_there_is_a_recipe_for_every_mutation_that_takes_ids():
    assert set(RECIPES) == {name for name, each in MUTATIONS.items() if _holds_ids(each.args["input"].type)}


def plain(ids: Ids) -> Ids:
    """The keys in ids: what webhooks call the objects."""
    return {name: b64decode(id).decode().partition(":")[2] for name, id in ids.items()}


WRITTEN = pytest.mark.parametrize("written", [dict, plain], ids=["ids", "keys"])


@WRITTEN
def test_with_ids_of_ours_each_is_carried_out(acme, both, written):
    api, ours = Api(acme, a_key(acme)), written(both[0])
    before = everything()

    for name, recipe in RECIPES.items():
        with undone():
            if name in FIRST:
                assert not refusals(api, FIRST[name], RECIPES[FIRST[name]](ours))
            there = everything()
            assert not refusals(api, name, recipe(ours)), name
            assert everything() != there, name

    assert everything() == before


@pytest.mark.parametrize("id", ["", "x"])
def test_with_what_is_no_id_in_any_place_nothing_is(acme, both, id):
    api, (ours, _) = Api(acme, a_key(acme)), both
    before = everything()

    for name, recipe in RECIPES.items():
        given = recipe(ours)
        for path in places(MUTATIONS[name].args["input"].type, given):
            found = refusals(api, name, put(given, path, id))
            assert found, (name, path)
            assert found[0]["path"][-1] == path[-1], (name, path)
    assert everything() == before


@WRITTEN
def test_with_one_of_theirs_in_any_place_nothing_is(acme, both, written):
    api, ours, theirs = Api(acme, a_key(acme)), both[0], written(both[1])
    before, tried = everything(), 0

    for name, recipe in RECIPES.items():
        given, foreign = recipe(ours), recipe(theirs)
        for path in places(MUTATIONS[name].args["input"].type, given):
            found = refusals(api, name, put(given, path, at(foreign, path)))
            assert found, (name, path)
            assert {each.get("code", "NOT_FOUND") for each in found} == {"NOT_FOUND"}, (name, path)
            assert [str(step) for step in path][-1] == found[0]["path"][-1], (name, path)
            assert everything() == before, (name, path)
            tried += 1

    assert tried > len(RECIPES)
