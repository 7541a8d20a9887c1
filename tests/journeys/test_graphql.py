"""People, companies, timelines and stages by GraphQL."""

import json

import pytest

from accounts.graphql.ids import global_id
from accounts.identifiers import uuid7
from journeys import affiliations
from journeys.affiliations import AffiliationDraft
from journeys.models import Affiliation, Company, Event, Person
from tests.client import Api
from tests.factories import a_key, an_actor
from tests.journeys.factories import a_company, a_person


@pytest.fixture
def api(acme) -> Api:
    """A program that may do everything."""
    return Api(acme, a_key(acme))


def payload(answer: dict) -> dict:
    (found,) = answer["data"].values()
    return found


def test_a_person_is_made_changed_put_away_and_brought_back(api):
    made = payload(
        api(
            """mutation { personCreate(input: {
                name: " Ada ", email: "ADA@example.com", userId: "u1", traits: {plan: "pro", old: 1}}) {
                person { id name email traits identities { nodes { kind value } } events { nodes { name } } }
                errors { message } } }"""
        )
    )["person"]
    assert (made["name"], made["email"], made["traits"]) == (
        "Ada",
        "ada@example.com",
        {"plan": "pro", "old": 1},
    )
    assert {(each["kind"], each["value"]) for each in made["identities"]["nodes"]} == {
        ("EMAIL", "ada@example.com"),
        ("USER", "u1"),
    }
    assert made["events"]["nodes"] == [{"name": "journeys.person_created"}]

    update = """mutation($input: PersonUpdateInput!) { personUpdate(input: $input) {
        person { name phone traits } errors { path code } } }"""
    changed = api(update, input={"id": made["id"], "phone": "1", "traits": {"old": None, "seats": 3}})
    assert payload(changed)["person"] == {"name": "Ada", "phone": "1", "traits": {"plan": "pro", "seats": 3}}
    cleared = api(update, input={"id": made["id"], "name": None, "phone": None})
    assert payload(cleared)["person"] == {"name": "", "phone": "", "traits": {"plan": "pro", "seats": 3}}
    spaced = api(update, input={"id": made["id"], "name": " Ada ", "phone": " 1 ", "traits": None})
    assert payload(spaced)["person"] == {
        "name": "Ada",
        "phone": "1",
        "traits": {"plan": "pro", "seats": 3},
    }

    for name, is_away in (("personArchive", True), ("personRestore", False)):
        document = f"""mutation($id: ID!) {{ {name}(input: {{id: $id}}) {{
            person {{ archivedAt }} errors {{ code }} }} }}"""
        assert bool(payload(api(document, id=made["id"]))["person"]["archivedAt"]) is is_away
        assert payload(api(document, id=made["id"]))["errors"] == [{"code": "CONFLICT"}]


@pytest.mark.parametrize("kind", ["person", "company"])
def test_traits_are_shown_as_they_will_be_found(api, kind):
    wild = {"zz": 1e25, "a": -0.0, "bb": 1.50, "B": {"y": 1e-7, "x": [1e3]}, "a\u00e4": 2**60}
    create = f"""mutation($input: {kind.title()}CreateInput!) {{ {kind}Create(input: $input) {{
        {kind} {{ id traits }} errors {{ code }} }} }}"""
    update = create.replace("Create", "Update")
    read = f"query($id: ID!) {{ {kind}(id: $id) {{ id traits }} }}"

    made = payload(api(create, input={"name": "Ada", "traits": wild}))[kind]
    found = payload(api(read, id=made["id"]))
    changed = payload(api(update, input={"id": made["id"], "traits": {"c": 1e2, "zz": [wild]}}))[kind]
    found_again = payload(api(read, id=made["id"]))

    assert list(made["traits"]) == ["B", "a", "bb", "zz", "aä"]
    assert list(changed["traits"]) == ["B", "a", "c", "bb", "zz", "aä"]
    for shown, read_later in ((made, found), (changed, found_again)):
        assert json.dumps(shown) == json.dumps(read_later)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ('{email: "nonsense"}', ["email"]),
        ('{email: "taken@example.com"}', ["email"]),
        (f'{{name: "{"x" * 201}"}}', ["name"]),
        ("{traits: [1]}", ["traits"]),
        (f'{{userId: "{"x" * 201}"}}', ["userId"]),
    ],
)
def test_what_does_not_fit_is_a_fields_error(api, given, path):
    a_person(email="taken@example.com")

    refused = payload(
        api(f"mutation {{ personCreate(input: {given}) {{ person {{ id }} errors {{ path }} }} }}")
    )

    assert refused == {"person": None, "errors": [{"path": path}]}
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    "id", ["", "x", "UGVyc29uOng=", "Q29tcGFueTowMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwYTE="]
)
def test_a_bad_id_in_an_input_is_a_fields_error(api, id):
    answer = api("mutation($id: ID!) { personArchive(input: {id: $id}) { errors { path code } } }", id=id)

    assert payload(answer)["errors"] == [{"path": ["id"], "code": "INVALID"}]


def test_a_company_is_made_and_changed(api):
    made = payload(
        api(
            """mutation { companyCreate(input: {name: "Initech", domain: "Initech.example", key: "c-1"}) {
                company { id name domain key isCustomer
                  recurringRevenue { amount } owner { name } account { id } } errors { path } } }"""
        )
    )["company"]
    assert (made["domain"], made["key"], made["isCustomer"]) == ("initech.example", "c-1", False)
    assert made["recurringRevenue"] is made["owner"] is made["account"] is None

    again = api('mutation { companyCreate(input: {name: "Other", key: "c-1"}) { errors { path code } } }')
    assert payload(again)["errors"] == [{"path": ["key"], "code": "CONFLICT"}]
    update = """mutation($id: ID!, $name: String) {
        companyUpdate(input: {id: $id, name: $name}) { company { name } errors { path } } }"""
    for name in (None, "", "   "):
        assert payload(api(update, id=made["id"], name=name))["errors"] == [{"path": ["name"]}]
    assert Company.objects.get().name == "Initech"
    assert payload(api(update, id=made["id"], name=" Initrode "))["company"] == {"name": "Initrode"}


def test_people_belong_to_companies_from_one_day_to_another(api):
    person, company = a_person(), a_company(name="Initech")
    ids = {"person": global_id("Person", person.pk), "company": global_id("Company", company.pk)}
    made = payload(
        api(
            """mutation($person: ID!, $company: ID!) {
                affiliationCreate(input: {personId: $person, companyId: $company, role: CHAMPION}) {
                  affiliation { id role isPrimary until person { companies { nodes { name } } } }
                  errors { path } } }""",
            **ids,
        )
    )["affiliation"]
    assert made["person"] == {"companies": {"nodes": [{"name": "Initech"}]}}
    assert (made["role"], made["isPrimary"], made["until"]) == ("CHAMPION", True, None)

    ended = api(
        "mutation($id: ID!) { affiliationEnd(input: {id: $id}) { affiliation { until } errors { code } } }",
        id=made["id"],
    )
    assert payload(ended)["affiliation"]["until"]
    seen = api(
        """query($company: ID!) { company(id: $company) { people { totalCount }
            affiliations { totalCount nodes { role } }
            open: affiliations(filters: {isOpen: true}) { totalCount } } }""",
        company=ids["company"],
    )
    assert seen["data"]["company"] == {
        "people": {"totalCount": 0},
        "affiliations": {"totalCount": 1, "nodes": [{"role": "CHAMPION"}]},
        "open": {"totalCount": 0},
    }
    assert Affiliation.objects.get().person == person
    assert Affiliation.objects.get().company == company


SEND = """mutation($events: [EventInput!]!, $source: String! = "shop") {
    eventsSend(input: {events: $events, source: $source}) {
        storedCount repeatedCount refused { index path message } errors { path code } } }"""


def test_events_are_stored_once_and_bad_ones_are_refused_by_themselves(api):
    ada = {"kind": "EMAIL", "value": "Ada@example.com"}
    good = {
        "name": "order_placed",
        "key": "o-1",
        "identity": ada,
        "value": "12.50",
        "companyKey": "c-9",
        "occurredAt": "2026-03-01T12:00:00+02:00",
        "channel": "web",
        "properties": {"items": [1, 2]},
    }
    batch = [
        good,
        good,
        {"name": "x"},
        {"name": "", "identity": ada},
        {"name": "later", "identity": ada, "occurredAt": "2999-01-01T00:00:00Z"},
        {"name": "own", "identity": {"kind": "INTERNAL", "value": "x"}},
        {"name": "nobody", "personId": "x"},
        {"name": "mistaken", "identity": ada, "companyId": global_id("Person", uuid7())},
        {"name": "empty", "identity": ada, "companyId": ""},
        {"name": "listed", "identity": ada, "properties": []},
        {"name": "last", "identity": ada},
    ]

    sent = payload(api(SEND, events=batch))
    repeated = payload(api(SEND, events=[good]))
    elsewhere = payload(api(SEND, events=[good], source="till"))

    assert (sent["storedCount"], sent["repeatedCount"]) == (2, 1)
    assert [(each["index"], each["path"]) for each in sent["refused"]] == [
        (2, ["identity"]),
        (3, ["name"]),
        (4, ["occurredAt"]),
        (5, ["identity", "kind"]),
        (6, ["personId"]),
        (7, ["companyId"]),
        (8, ["companyId"]),
        (9, ["properties"]),
    ]
    assert (repeated["storedCount"], repeated["repeatedCount"]) == (0, 1)
    assert elsewhere["storedCount"] == 1

    timeline = api(
        """{ people(filters: {identity: {kind: EMAIL, value: "ada@example.com"}}) { nodes { email
            events(first: 5, filters: {name: {exact: "order_placed"}, source: {exact: "shop"}}) { nodes {
                name occurredAt value channel source key properties isBackfilled
                company { key } identity { kind value } } } } } }"""
    )["data"]["people"]["nodes"]
    assert timeline[0]["events"]["nodes"] == [
        {
            "name": "order_placed",
            "occurredAt": "2026-03-01T10:00:00.000000Z",
            "value": "12.5000",
            "channel": "web",
            "source": "shop",
            "key": "o-1",
            "properties": {"items": [1, 2]},
            "isBackfilled": False,
            "company": {"key": "c-9"},
            "identity": {"kind": "EMAIL", "value": "ada@example.com"},
        }
    ]


@pytest.mark.parametrize("source", ["", "unison", "x" * 61])
def test_a_source_has_a_name_of_its_own(api, source):
    sent = payload(
        api(SEND, events=[{"name": "x", "identity": {"kind": "USER", "value": "1"}}], source=source)
    )

    assert sent["errors"] == [{"path": ["source"], "code": "INVALID"}]
    assert not Event.objects.exists()


def test_a_batch_has_a_most(api):
    event = {"name": "x", "identity": {"kind": "USER", "value": "1"}}

    assert payload(api(SEND, events=[event] * 501))["errors"] == [
        {"path": ["events"], "code": "LIMIT_EXCEEDED"}
    ]


def test_history_needs_its_own_permission(acme):
    event = {"name": "x", "identity": {"kind": "USER", "value": "1"}, "occurredAt": "2026-01-01T00:00:00Z",
             "recordedAt": "2026-01-02T00:00:00Z"}  # fmt: skip

    refused = payload(Api(acme, a_key(acme, "events.send"))(SEND, events=[event]))
    stored = payload(Api(acme, a_key(acme, "events.send", "events.backfill"))(SEND, events=[event]))

    assert refused["errors"][0]["code"] == "FORBIDDEN"
    assert stored["storedCount"] == 1


STAGE = """mutation($key: String!, $kind: StageKind!) {
    stageCreate(input: {key: $key, title: $key, kind: $kind}) { stage { position } errors { code } } }"""
ENTER = """mutation($person: ID!, $company: ID!, $key: String!) {
    personEnterStage(input: {personId: $person, stageKey: $key}) {
        visit { stage { key } leftAt } errors { path code } }
    companyEnterStage(input: {companyId: $company, stageKey: $key}) {
        visit { company { name } } errors { path code } } }"""


def test_people_and_companies_go_through_stages(api):
    person, company = a_person(name="Ada"), a_company(name="Initech")
    ids = {"person": global_id("Person", person.pk), "company": global_id("Company", company.pk)}
    for key, kind in (("trying", "PROSPECT"), ("live", "CUSTOMER")):
        assert payload(api(STAGE, key=key, kind=kind))["errors"] == []
        entered = api(ENTER, key=key, **ids)["data"]
        assert entered["personEnterStage"]["visit"] == {"stage": {"key": key}, "leftAt": None}
        assert entered["companyEnterStage"]["visit"] == {"company": {"name": "Initech"}}

    seen = api(
        """{ people(filters: {stageKey: "live"}) { nodes {
                visits(first: 5) { nodes { stage { key } leftAt } } } }
            companies(filters: {stageKey: "trying"}) { totalCount }
            stages { nodes { key visits(filters: {isOpen: true}) { totalCount } } } }"""
    )["data"]
    visits = seen["people"]["nodes"][0]["visits"]["nodes"]
    assert [visit["stage"]["key"] for visit in visits] == ["live", "trying"]
    assert [bool(visit["leftAt"]) for visit in visits] == [False, True]
    assert seen["companies"] == {"totalCount": 0}
    assert [stage["visits"]["totalCount"] for stage in seen["stages"]["nodes"]] == [0, 2]
    unknown = api(ENTER, key="nowhere", **ids)["data"]["personEnterStage"]
    assert unknown == {"visit": None, "errors": [{"path": ["stageKey"], "code": "NOT_FOUND"}]}


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["Ada", "Bob", "Cy"]),
        ({"name": {"exact": "ada"}}, []),
        ({"name": {"contains": "D"}}, ["Ada"]),
        ({"name": {"startsWith": "b"}}, ["Bob"]),
        ({"name": {"in": ["Ada", "Cy", "Dan"]}}, ["Ada", "Cy"]),
        ({"name": {"in": []}}, []),
        ({"name": {"contains": "%"}}, []),
        ({"email": {"contains": "@"}, "name": {"startsWith": "A"}}, ["Ada"]),
        ({"or": [{"name": {"exact": "Ada"}}, {"name": {"exact": "Cy"}}]}, ["Ada", "Cy"]),
        ({"or": [{"name": {"exact": "Ada"}}], "email": {"exact": ""}}, []),
        ({"not": {"name": {"exact": "Ada"}}}, ["Bob", "Cy"]),
        ({"and": [{"name": {"contains": "b"}}, {"not": {"email": {"exact": ""}}}]}, []),
        ({"trait": {"name": "plan", "equals": "pro"}}, ["Ada"]),
        ({"trait": {"name": "seats", "equals": 3}}, ["Bob"]),
        ({"lastSeenAt": {"isNull": True}}, ["Ada", "Bob", "Cy"]),
        ({"isArchived": True}, []),
        ({"identity": {"kind": "EMAIL", "value": "ada@example.com"}}, ["Ada"]),
        ({"name": None}, ["Ada", "Bob", "Cy"]),
    ],
)
def test_people_are_found_by_what_is_asked(api, filters, names):
    a_person(name="Ada", email="ada@example.com", traits={"plan": "pro"})
    a_person(name="Bob", traits={"seats": 3})
    a_person(name="Cy")

    found = api(
        "query($filters: PersonFilter) { people(filters: $filters) { totalCount nodes { name } } }",
        filters=filters,
    )

    assert [node["name"] for node in found["data"]["people"]["nodes"]] == names
    assert found["data"]["people"]["totalCount"] == len(names)


def test_a_person_in_two_companies_is_found_once(api):
    person = a_person(name="Ada")
    for name in ("One", "Two"):
        affiliations.affiliate(person, a_company(name=name), AffiliationDraft(), by=an_actor())
    ids = [node["id"] for node in api("{ companies { nodes { id } } }")["data"]["companies"]["nodes"]]

    found = api(
        "query($ids: [ID!]) { people(filters: {companyId: {in: $ids}}) { totalCount nodes { name } } }",
        ids=ids,
    )

    assert found["data"]["people"] == {"totalCount": 1, "nodes": [{"name": "Ada"}]}


@pytest.mark.parametrize(
    "filters",
    [
        {"name": {"in": ["x"] * 101}},
        {"or": [{"name": {"exact": "x"}}] * 51},
        {"companyId": {"exact": "x"}},
        {"companyId": {"in": ["UGVyc29uOjAxOTAwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDBhMQ=="]}},
    ],
)
def test_a_filter_has_bounds(api, filters):
    answer = api(
        "query($filters: PersonFilter) { people(filters: $filters) { totalCount } }", filters=filters
    )

    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "more",
    [
        "ordering: [{}]",
        "ordering: [{name: ASC, email: ASC}]",
        "ordering: [{name: ASC}, {name: ASC}, {name: ASC}, {name: ASC}, {name: ASC}, {name: ASC}]",
        f'search: "{"x" * 201}"',
    ],
)
def test_so_have_orders_and_searches(api, more):
    assert (
        api(f"{{ people({more}) {{ totalCount }} }}")["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    )


@pytest.mark.parametrize(("text", "count"), [("ada", 1), ("EXAMPLE.com", 1), ("%", 0), ("  ", 2), ("'", 1)])
def test_people_are_found_by_a_text(api, text, count):
    a_person(name="Ada", email="ada@example.com")
    a_person(name="O'Hara")

    found = api("query($text: String) { people(search: $text) { totalCount } }", text=text)

    assert found["data"]["people"] == {"totalCount": count}
