"""Nothing of one tenant is seen or changed from another: by id, cursor, filter, key, remembered document."""

from typing import Any

import pytest
from strawberry.types.base import get_object_definition

from accounts.graphql.filtering import OnColumn
from accounts.graphql.ids import global_id
from accounts.graphql.nodes import NODES, Shape, shape_of
from accounts.models import Tenant
from accounts.permissions import Permission
from accounts.tenancy import inside
from config.schema import schema
from journeys.models import Company, Person
from tests.client import Api
from tests.factories import a_key, a_member, a_trusted_document
from tests.graphql.world import a_world
from tests.journeys.factories import a_company, a_person

SHARED = {"User", "Member", "ApiKey", "TrustedDocument"}


def ids_of(tenant: Tenant) -> dict[str, str]:
    """An id of every kind of object in a tenant."""
    with inside(tenant):
        kinds = {name: NODES[name] for name in schema._schema.type_map if name in NODES}
        rows = {name: shape_of(node).model._default_manager.first() for name, node in kinds.items()}
        return {name: global_id(name, row.pk) for name, row in rows.items() if row}


@pytest.fixture
def theirs(acme, globex) -> dict[str, str]:
    """What the other tenant has."""
    with inside(globex):
        a_world(1, owner=a_member(globex))
    a_key(globex)
    a_trusted_document(globex)
    return ids_of(globex)


def test_an_id_of_theirs_finds_nothing(acme, theirs):
    api = Api(acme, a_key(acme))
    document = "query($id: ID!, $ids: [ID!]!) { node(id: $id) { id } nodes(ids: $ids) { id } }"

    assert len(theirs) > 15
    assert api(document, id=next(iter(theirs.values())), ids=list(theirs.values()))["data"] == {
        "node": None,
        "nodes": [None] * len(theirs),
    }


def test_it_finds_it_at_home(acme, globex, theirs):
    api = Api(globex, a_key(globex))

    found = api("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=list(theirs.values()))

    assert {node["__typename"]: node["id"] for node in found["data"]["nodes"]} == theirs


@pytest.mark.parametrize(
    ("field", "kind"),
    [("person", "Person"), ("company", "Company"), ("account", "Account"), ("contract", "Contract"),
     ("survey", "Survey"), ("response", "Response")],
)  # fmt: skip
def test_nor_does_it_by_its_own_field(acme, theirs, field, kind):
    answer = Api(acme, a_key(acme))(f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}", id=theirs[kind])

    assert answer["data"] == {field: None}


def test_lists_show_only_our_own(acme, theirs):
    a_company(name="Ours")
    document = """{
        companies { totalCount nodes { name } }
        people { totalCount } accounts { totalCount } surveys { totalCount }
        responses { totalCount } contracts { totalCount } scorecards { totalCount } members { totalCount }
        apiKeys { totalCount } trustedDocuments { totalCount }
        deliveries { totalCount } stages { totalCount } nps { n }
        recurringRevenue { totals { accountCount } } renewalsAhead { totalCount } healthDistribution { n }
    }"""

    data = Api(acme, a_key(acme))(document)["data"]

    assert data.pop("companies") == {"totalCount": 1, "nodes": [{"name": "Ours"}]}
    assert data.pop("apiKeys") == {"totalCount": 1}
    assert data.pop("nps") is None
    assert data.pop("recurringRevenue") == {"totals": []}
    assert data.pop("healthDistribution") == {"n": 0}
    assert all(found == {"totalCount": 0} for found in data.values()), data


def test_a_filter_by_their_id_finds_nothing(acme, theirs):
    a_person()
    document = """query($company: ID!, $survey: ID!, $user: ID!) {
        people(filters: {companyId: {exact: $company}}) { totalCount }
        responses(filters: {surveyId: {in: [$survey]}}) { totalCount }
        accounts(filters: {ownerId: {exact: $user}}) { totalCount }
        nps(of: {companyId: $company}) { n }
    }"""

    answer = Api(acme, a_key(acme))(
        document, company=theirs["Company"], survey=theirs["Survey"], user=theirs["User"]
    )

    assert answer["data"] == {
        "people": {"totalCount": 0},
        "responses": {"totalCount": 0},
        "accounts": {"totalCount": 0},
        "nps": None,
    }


def test_a_cursor_of_theirs_only_says_where_to_begin(acme, globex, theirs):
    document = "query($after: String) { people(first: 5, after: $after) { nodes { name } edges { cursor } } }"
    cursor = Api(globex, a_key(globex))(document)["data"]["people"]["edges"][0]["cursor"]
    ours = a_person(name="Ours")

    found = Api(acme, a_key(acme))(document, after=cursor)["data"]["people"]["nodes"]

    assert found == [{"name": ours.name}]


MUTATIONS = {
    "personUpdate": ("Person", "id", '{name: "Taken"}'),
    "companyUpdate": ("Company", "id", '{name: "Taken"}'),
    "accountUpdate": ("Account", "accountId", '{tier: "taken"}'),
    "accountClose": ("Account", "accountId", "{}"),
    "contractAmend": ("Contract", "contractId", '{recurringRevenue: "1"}'),
    "surveyArchive": ("Survey", "id", "{}"),
    "affiliationEnd": ("Affiliation", "id", "{}"),
    "apiKeyRevoke": ("ApiKey", "id", "{}"),
    "trustedDocumentWithdraw": ("TrustedDocument", "id", "{}"),
    "memberEnd": ("Member", "id", "{}"),
    "healthOverrideLift": ("Account", "accountId", "{}"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_nothing_of_theirs_is_changed(acme, globex, theirs, name):
    kind, field, more = MUTATIONS[name]
    given = f"{{{field}: $id, {more[1:]}"
    with inside(globex):
        before = list(shape_of(NODES[kind]).model._default_manager.order_by("pk").values_list())

    answer = Api(acme, a_key(acme))(
        f"mutation($id: ID!) {{ {name}(input: {given}) {{ errors {{ code }} }} }}", id=theirs[kind]
    )

    assert answer["data"][name]["errors"] == [{"code": "NOT_FOUND"}]
    with inside(globex):
        assert list(shape_of(NODES[kind]).model._default_manager.order_by("pk").values_list()) == before


def test_what_is_ours_is_not_tied_to_what_is_theirs(acme, theirs):
    company = global_id("Company", a_company().pk)
    document = """mutation($person: ID!, $company: ID!, $user: ID!) {
        affiliationCreate(input: {personId: $person, companyId: $company}) { errors { path code } }
        accountOpen(input: {companyId: $company, ownerId: $user}) { errors { path code } }
        eventsSend(input: {events: [{name: "seen", personId: $person}]}) { storedCount refused { path } }
    }"""

    answer = Api(acme, a_key(acme))(document, person=theirs["Person"], company=company, user=theirs["User"])

    assert answer["data"] == {
        "affiliationCreate": {"errors": [{"path": ["personId"], "code": "NOT_FOUND"}]},
        "accountOpen": {"errors": [{"path": ["ownerId"], "code": "NOT_FOUND"}]},
        "eventsSend": {"storedCount": 0, "refused": [{"path": ["personId"]}]},
    }


def test_a_remembered_document_is_carried_out_for_whoever_asks(acme, globex):
    document = "{ viewer { tenant { name } } companies { nodes { name } } }"
    a_company(name="Ours")
    with inside(globex):
        a_company(name="Theirs")

    answers = [Api(tenant, a_key(tenant))(document)["data"] for tenant in (acme, globex, acme)]

    assert (
        answers[0]
        == answers[2]
        == {"viewer": {"tenant": {"name": "Acme"}}, "companies": {"nodes": [{"name": "Ours"}]}}
    )
    assert answers[1] == {
        "viewer": {"tenant": {"name": "Globex"}},
        "companies": {"nodes": [{"name": "Theirs"}]},
    }


def test_a_member_of_another_tenant_is_nobody_here(acme, globex):
    answer = Api(acme, a_member(globex))("{ viewer { kind } }")

    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_what_a_scope_does_not_show_is_not_there(acme):
    world = a_world(1)
    api = Api(acme, a_key(acme, "companies.see"))
    document = """query($id: ID!) {
        companies(first: 2) { nodes { name people { totalCount nodes { name } } responses { totalCount }
            nps { n } account { id } owner { name } events { totalCount }
            affiliations { nodes { person { name } } } } }
        node(id: $id) { id } people { nodes { id } } accounts { totalCount }
        nps { n } healthDistribution { n }
        recurringRevenue { totals { accountCount } } members { totalCount }
    }"""

    data = api(document, id=global_id("Person", Person.objects.latest("pk").pk))["data"]

    assert data["companies"]["nodes"] == [
        {
            "name": world.companies[0].name,
            "people": {"totalCount": 0, "nodes": []},
            "responses": {"totalCount": 0},
            "nps": None,
            "account": None,
            "owner": None,
            "events": {"totalCount": 0},
            "affiliations": {"nodes": []},
        }
    ]
    assert data["node"] is None
    assert data["people"] == {"nodes": []}
    assert data["accounts"] == data["members"] == {"totalCount": 0}
    assert data["nps"] is data["healthDistribution"] is None
    assert data["recurringRevenue"] == {"totals": []}
    assert Company.objects.count() == 1


def test_nor_can_it_be_guessed_by_sorting_or_filtering(acme):
    a_world(1)
    api = Api(acme, a_key(acme, "accounts.see"))

    sorted_by = api("{ accounts(ordering: [{healthScore: ASC}]) { totalCount nodes { id } } }")
    filtered = api("{ accounts(filters: {healthScore: {gte: 0}}) { totalCount } }")
    by_company = api('{ accounts(filters: {company: {name: {contains: "c"}}}) { totalCount } }')
    searched = api('{ accounts(search: "c") { totalCount nodes { id } } }')
    by_name = api("{ accounts(ordering: [{name: ASC}]) { edges { cursor } } }")

    assert sorted_by["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert by_name["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert filtered["data"] == by_company["data"] == {"accounts": {"totalCount": 0}}
    assert searched["data"] == {"accounts": {"totalCount": 0, "nodes": []}}


def test_nor_can_a_survey_by_its_answers(acme):
    a_world(1)
    document = """{ responses(filters: {surveyKey: {contains: ""}}) { totalCount } people { nodes {
        answers(filters: {surveyKey: {contains: ""}}) { totalCount } } } }"""

    refused = Api(acme, a_key(acme, "responses.see", "people.see"))(document)["data"]
    allowed = Api(acme, a_key(acme, "responses.see", "people.see", "surveys.see"))(document)["data"]

    assert refused["responses"] == {"totalCount": 0}
    assert refused["people"]["nodes"] == [{"answers": {"totalCount": 0}}] * 2
    assert allowed["responses"] == {"totalCount": 2}
    assert allowed["people"]["nodes"] == [{"answers": {"totalCount": 2}}] * 2


SHOWN_BY_THE_ROW = {
    ("Account", "recurring_revenue"): "what its contracts say",
    ("Account", "renewal_on"): "what its contracts say",
    ("Answer", "kind"): "what its score is of",
    ("Delivery", "event_name"): "a field of its own",
}
"""What another row holds, and those who see this one see, too."""


def test_what_another_row_holds_is_asked_by_those_who_see_it():
    """Else a name that is hidden is found letter by letter, or read in a cursor."""
    open_ones = set()
    for name, shape in ((name, shape_of(each)) for name, each in NODES.items()):
        for asked in (shape.filters, shape.ordering):
            for field in get_object_definition(asked, strict=True).fields if asked else ():
                how = field.metadata.get("how")
                if isinstance(how, OnColumn) and "__" in how.path and _see_beyond(shape, how) - {how.needs}:
                    open_ones.add((name, field.python_name))

    assert open_ones == set(SHOWN_BY_THE_ROW)


def _see_beyond(shape: Shape, how: OnColumn) -> set[Permission]:
    """What those who see the rows need not be allowed to see, and is on the way to the column."""
    model: Any = shape.model
    own, seen = model._default_manager.all().see, set()
    for part in how.path.split("__")[:-1]:
        model = model._meta.get_field(part).related_model
        seen.add(model._default_manager.all().see)
    return seen - {own}
