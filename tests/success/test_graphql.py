"""Accounts, contracts, health and scorecards by GraphQL."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.graphql.ids import global_id
from success import scorecards
from success.days import today
from success.models import Account, Contract, HealthOverride
from tests.client import Api
from tests.factories import a_key, a_member, an_actor
from tests.graphql.world import World, a_world
from tests.journeys.factories import a_company

LATER = timedelta(days=60)


@pytest.fixture
def api(acme) -> Api:
    """A program that may do everything."""
    return Api(acme, a_key(acme))


@pytest.fixture
def world(acme) -> World:
    return a_world(1)


def payload(answer: dict) -> dict:
    (found,) = answer["data"].values()
    return found


OPEN = """mutation($input: AccountOpenInput!) { accountOpen(input: $input) {
    account { id tier isOpen openedOn owner { name } company { name isCustomer account { id } }
      health { score band } }
    errors { path code } } }"""


def test_an_account_is_opened_looked_after_and_closed(acme, api):
    owner, company = a_member(acme), a_company(name="Initech")
    given = {
        "companyId": global_id("Company", company.pk),
        "ownerId": global_id("User", owner.pk),
        "tier": "gold",
    }

    made = payload(api(OPEN, input=given))["account"]
    assert made["isOpen"] is True
    assert made["openedOn"] == f"{today()}"
    assert made["owner"] == {"name": owner.name}
    assert made["company"] == {"name": "Initech", "isCustomer": True, "account": {"id": made["id"]}}
    assert made["health"] == {"score": None, "band": None}
    assert payload(api(OPEN, input=given))["errors"] == [{"path": ["companyId"], "code": "CONFLICT"}]

    update = """mutation($input: AccountUpdateInput!) { accountUpdate(input: $input) {
        account { tier owner { name } } errors { path code } } }"""
    assert payload(api(update, input={"accountId": made["id"], "ownerId": None}))["account"] == {
        "tier": "gold",
        "owner": None,
    }
    strange = payload(api(update, input={"accountId": made["id"], "ownerId": given["companyId"]}))
    assert strange["errors"] == [{"path": ["ownerId"], "code": "INVALID"}]

    close = """mutation($id: ID!) { accountClose(input: {accountId: $id, reason: "Moved."}) {
        account { isOpen closedOn closeReason } errors { path code } } }"""
    assert payload(api(close, id=made["id"]))["account"] == {
        "isOpen": False,
        "closedOn": f"{today()}",
        "closeReason": "Moved.",
    }
    assert payload(api(close, id=made["id"]))["errors"] == [{"path": ["accountId"], "code": "CONFLICT"}]


def test_a_contract_is_agreed_amended_renewed_and_ended(api):
    company = global_id("Company", a_company().pk)
    account = payload(api(OPEN, input={"companyId": company}))["account"]["id"]
    agree = """mutation($input: ContractAgreeInput!) { contractAgree(input: $input) {
        contract { id agreement startsOn endsOn isFinal recurringRevenue { amount currency } }
        errors { path code } } }"""
    given = {
        "accountId": account,
        "recurringRevenue": "1200.5",
        "startsOn": f"{today()}",
        "endsOn": f"{today() + LATER}",
    }

    first = payload(api(agree, input=given))["contract"]
    assert first["recurringRevenue"] == {"amount": "1200.50", "currency": "EUR"}
    assert payload(api(agree, input=given | {"currency": "USD"}))["errors"] == [
        {"path": ["currency"], "code": "CONFLICT"}
    ]
    assert payload(api(agree, input=given | {"endsOn": "2000-01-01"}))["errors"][0]["path"] == ["endsOn"]
    assert payload(api(agree, input=given | {"recurringRevenue": "-1"}))["errors"][0]["path"] == [
        "recurringRevenue"
    ]

    amend = """mutation($id: ID!) { contractAmend(input: {contractId: $id, recurringRevenue: "1500"}) {
        contract { id agreement supersedes { id } recurringRevenue { amount } } errors { path code } } }"""
    second = payload(api(amend, id=first["id"]))["contract"]
    assert second["supersedes"] == {"id": first["id"]}
    assert second["agreement"] == first["agreement"]
    assert payload(api(amend, id=first["id"]))["errors"] == [{"path": ["contractId"], "code": "CONFLICT"}]

    renew = """mutation($id: ID!, $endsOn: Date!) { contractRenew(input: {contractId: $id, endsOn: $endsOn}) {
        contract { id startsOn endsOn } errors { path code } } }"""
    renewal = payload(api(renew, id=second["id"], endsOn=f"{today() + 2 * LATER}"))["contract"]
    assert renewal["startsOn"] == first["endsOn"]

    end = """mutation($id: ID!, $endsOn: Date!) { contractEnd(input: {contractId: $id, endsOn: $endsOn}) {
        contract { isFinal } errors { path code } } }"""
    assert payload(api(end, id=renewal["id"], endsOn=f"{today() + LATER}"))["contract"] == {"isFinal": True}
    seen = api(
        "query($id: ID!) { account(id: $id) { contracts { totalCount } contractVersions { totalCount } } }",
        id=account,
    )
    assert seen["data"]["account"] == {"contracts": {"totalCount": 2}, "contractVersions": {"totalCount": 4}}
    assert Contract.objects.count() == 4


EXPLAINED = """{ accounts { nodes { id health { score coverage band
    explanation { score computedScore overrideScore overridePart coverage band definition
        parts { key title feature weight value ageDays isFresh points part sentence } } }
    healthHistory { totalCount nodes { day score band } } } } }"""


def test_a_score_is_explained_and_its_parts_sum_to_it(api, world):
    account = api(EXPLAINED)["data"]["accounts"]["nodes"][0]
    found, explained = account["health"], account["health"]["explanation"]

    assert explained["score"] == found["score"] == explained["computedScore"]
    assert (explained["coverage"], explained["band"]) == (found["coverage"], found["band"])
    assert sum(Decimal(part["part"]) for part in explained["parts"] if part["part"]) == Decimal(
        found["score"]
    )
    assert all(
        (part["part"] is not None) is part["isFresh"] or part["value"] is None for part in explained["parts"]
    )
    nps = next(part for part in explained["parts"] if part["key"] == "nps")
    assert (
        nps["sentence"]
        == f"NPS: NPS of 100, worth 100.00 of 100; it brings {nps['part']} points of the score."
    )
    assert account["healthHistory"] == {
        "totalCount": 1,
        "nodes": [{"day": f"{today()}", "score": found["score"], "band": found["band"]}],
    }


def test_health_of_a_day_and_the_difference_between_two(api, world):
    account = global_id("Account", world.accounts[0].pk)
    document = """query($id: ID!, $before: Date!, $after: Date!) {
        healthOn(accountId: $id, day: $after) { score parts { part } }
        unknown: healthOn(accountId: $id, day: "2001-01-01") { score }
        account(id: $id) { healthOn(day: $after) { score } }
        healthDifference(accountId: $id, before: $before, after: $after) {
            change configuration staleness behaviour override before { score } after { score } definition }
    }"""

    found = api(document, id=account, before=f"{today()}", after=f"{today()}")["data"]
    assert found["unknown"] is None
    assert found["healthOn"]["score"] == found["account"]["healthOn"]["score"]
    difference = found["healthDifference"]
    assert {
        difference[part] for part in ("change", "configuration", "staleness", "behaviour", "override")
    } == {"0.00"}
    assert difference["before"] == difference["after"] == {"score": found["healthOn"]["score"]}
    never = api(document, id=account, before="2001-01-01", after=f"{today()}")["data"]
    assert never["healthDifference"] is None


FIGURES = """query($id: ID!, $day: Date!) {
    healthOn(accountId: $id, day: $day) { workedOutOn }
    healthDistribution(day: $day) { n }
    account(id: $id) { healthOn(day: $day) { workedOutOn } }
    before: healthDifference(accountId: $id, before: $day, after: "2001-01-01") { change }
    after: healthDifference(accountId: $id, before: "2001-01-01", after: $day) { change }
    recurringRevenue(day: $day) { day definition } }"""


def test_health_of_a_day_to_come_is_refused_by_the_days_name(api, world, globex):
    account = global_id("Account", world.accounts[0].pk)
    known, unknown = (api(FIGURES, id=account, day=f"{today() + timedelta(days=n)}") for n in (0, 1))

    assert "errors" not in known
    assert known["data"]["healthOn"] == {"workedOutOn": f"{today()}"}
    refused = {".".join(each["path"]): each for each in unknown["errors"]}
    assert {path: each["message"].split()[0] for path, each in refused.items()} == {
        "healthOn": "`day`",
        "healthDistribution": "`day`",
        "account.healthOn": "`day`",
        "before": "`before`",
        "after": "`after`",
    }
    assert {each["extensions"]["code"] for each in refused.values()} == {"BAD_USER_INPUT"}
    assert unknown["data"]["recurringRevenue"]["day"] == f"{today() + timedelta(days=1)}"
    assert "a day to come" in unknown["data"]["recurringRevenue"]["definition"]
    theirs = Api(globex, a_key(globex))('{ healthDistribution(day: "2999-01-01") { n } }')
    assert theirs["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_score_is_set_by_hand_for_a_time(acme, world):
    member = a_member(acme)
    api, account = Api(acme, member), global_id("Account", world.accounts[0].pk)
    override = """mutation($input: HealthOverrideInput!) { healthOverride(input: $input) {
        healthOverride { score reason author { name } endedAt
          account { id health { score explanation { overridePart } } } }
        errors { path code } } }"""
    until = (timezone.now() + LATER).isoformat()
    given = {"accountId": account, "score": "10.00", "reason": "They told us.", "expiresAt": until}

    made = payload(api(override, input=given))["healthOverride"]
    assert (made["score"], made["author"], made["endedAt"]) == ("10.00", {"name": member.name}, None)
    assert made["account"]["health"]["score"] == "10.00"
    assert Decimal(made["account"]["health"]["explanation"]["overridePart"]) < 0

    wrong = {"score": "100.01", "reason": " ", "expiresAt": "2020-01-01T00:00:00Z"}
    for field, value in wrong.items():
        assert payload(api(override, input=given | {field: value}))["errors"][0]["path"] == [field]
    lift = """mutation($id: ID!) { healthOverrideLift(input: {accountId: $id}) {
        account { health { override { id } } healthOverrides { nodes { endedAt } } }
        errors { path code } } }"""
    lifted = payload(api(lift, id=account))["account"]
    assert lifted["health"] == {"override": None}
    assert lifted["healthOverrides"]["nodes"][0]["endedAt"]
    assert payload(api(lift, id=account))["errors"] == [{"path": ["accountId"], "code": "CONFLICT"}]
    assert HealthOverride.objects.count() == 1


def test_renewals_ahead_and_their_sums(api, world):
    document = """query($within: Int!) {
        renewalsAhead(withinDays: $within) { totalCount nodes {
          endsOn account { company { name } health { band } } } }
        renewalsAheadTotals(withinDays: $within) {
          totals { amount { amount currency } accountCount } definition }
        recurringRevenue { day totals { amount { amount } } } }"""

    soon, later = api(document, within=59)["data"], api(document, within=60)["data"]

    assert soon["renewalsAhead"] == {"totalCount": 0, "nodes": []}
    assert soon["renewalsAheadTotals"]["totals"] == []
    assert later["renewalsAhead"]["nodes"][0]["endsOn"] == f"{today() + LATER}"
    assert later["renewalsAhead"]["nodes"][0]["account"]["company"] == {"name": world.companies[0].name}
    assert later["renewalsAheadTotals"]["totals"] == [
        {"amount": {"amount": "1200.50", "currency": "EUR"}, "accountCount": 1}
    ]
    assert later["recurringRevenue"] == {"day": f"{today()}", "totals": [{"amount": {"amount": "1200.50"}}]}
    assert api(document, within=-1)["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_the_bands_are_counted(api, world):
    found = api("{ healthDistribution { n atRisk watch healthy unknown } }")["data"]["healthDistribution"]

    assert found["n"] == sum(found[band] for band in ("atRisk", "watch", "healthy", "unknown")) == 1


PUBLISH = """mutation($title: String!, $measures: [MeasureInput!]!) {
    scorecardPublish(input: {title: $title, measures: $measures}) {
        scorecard { version title isCurrent measures { key curve weight maxAgeDays } }
        errors { path code } } }"""
BREADTH = {
    "key": "breadth",
    "title": "Breadth",
    "feature": "BREADTH",
    "curve": [{"value": 0, "points": 0}, {"value": 2, "points": 100}],
    "weight": 1,
}


def test_a_scorecard_is_published_whole(api):
    scorecards.install_default(by=an_actor())

    published = payload(api(PUBLISH, title="Ours", measures=[BREADTH]))["scorecard"]
    assert published == {
        "version": 2,
        "title": "Ours",
        "isCurrent": True,
        "measures": [{"key": "breadth", "curve": [[0, 0], [2, 100]], "weight": 1, "maxAgeDays": None}],
    }
    seen = api("{ scorecard { version } scorecards { nodes { version isCurrent } } }")["data"]
    assert seen == {
        "scorecard": {"version": 2},
        "scorecards": {"nodes": [{"version": 2, "isCurrent": True}, {"version": 1, "isCurrent": False}]},
    }


@pytest.mark.parametrize(
    ("measures", "path"),
    [
        ([], ["measures"]),
        ([BREADTH | {"weight": -1}], ["measures", "0", "weight"]),
        ([BREADTH, BREADTH], ["measures", "1", "key"]),
        ([BREADTH | {"curve": [{"value": 1, "points": 0}]}], ["measures", "0", "curve"]),
    ],
)
def test_one_that_does_not_fit_is_refused_with_the_place(api, measures, path):
    assert payload(api(PUBLISH, title="Ours", measures=measures))["errors"] == [
        {"path": path, "code": "INVALID"}
    ]


def test_signals_say_what_events_mean(api):
    document = """mutation { signalSet(input: {eventName: "ticket_opened", role: SUPPORT}) {
        signal { eventName role } errors { path } } }"""

    assert payload(api(document))["signal"] == {"eventName": "ticket_opened", "role": "SUPPORT"}
    assert api('{ signals(search: "TICKET") { nodes { role } } }')["data"]["signals"]["nodes"] == [
        {"role": "SUPPORT"}
    ]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 2),
        ({"isOpen": True}, 2),
        ({"tier": {"exact": "gold"}}, 2),
        ({"healthBand": {"in": ["HEALTHY", "WATCH", "AT_RISK"]}}, 2),
        ({"healthScore": {"lt": "0"}}, 0),
        ({"recurringRevenue": {"gte": "1200.50"}}, 2),
        ({"recurringRevenue": {"gt": "1200.50"}}, 0),
        ({"renewalOn": {"isNull": False}}, 2),
        ({"openedOn": {"lt": f"{date(2020, 1, 1)}"}}, 0),
        ({"company": {"isCustomer": True, "or": [{"name": {"contains": "o"}}]}}, 2),
        ({"company": {"name": {"exact": "nobody"}}}, 0),
    ],
)
def test_accounts_are_found_by_what_is_asked(api, filters, count):
    a_world(2)

    found = api(
        "query($filters: AccountFilter) { accounts(filters: $filters) { totalCount } }", filters=filters
    )

    assert found["data"]["accounts"] == {"totalCount": count}


def test_accounts_are_sorted_by_name_revenue_and_health(api):
    world = a_world(2)
    names = sorted(company.name for company in world.companies)

    document = """query($order: [AccountOrder!], $after: String) { accounts(ordering: $order, after: $after) {
        totalCount nodes { company { name } } edges { cursor } } }"""
    for order in (
        {"name": "ASC"},
        {"recurringRevenue": "DESC"},
        {"healthScore": "ASC"},
        {"renewalOn": "ASC"},
    ):
        found = api(document, order=[order])["data"]["accounts"]
        assert sorted(node["company"]["name"] for node in found["nodes"]) == names
        rest = api(document, order=[order], after=found["edges"][0]["cursor"])["data"]["accounts"]
        assert rest["nodes"] == found["nodes"][1:]
        assert rest["totalCount"] == 2
    assert Account.objects.count() == 2
