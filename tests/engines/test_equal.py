"""What is compiled answers like what is carried out: any document, anybody, any values, to the byte."""

import json
import re
from itertools import pairwise

from django.db import transaction

from accounts.models import ApiKey, Membership
from accounts.permissions import Permission
from accounts.tenancy import inside, public
from integrations.models import Delivery
from success.models import Health
from tests.engines.asking import COMPILING, ORDINARY, Operation, ask, comparable
from tests.engines.comparing import Comparison, over_questions
from tests.engines.values import DAYS


def test_both_engines_answer_alike(world):
    comparison = Comparison(world)

    over_questions(world, comparison.compare)

    ways = comparison.ways
    assert ways["compiled"] > 0.25 * ways.total(), ways
    assert ways["compiled"] + ways["mixed"] > 0.6 * ways.total(), ways
    assert comparison.codes["BAD_USER_INPUT"] > 0


EXPLAINED = """{ workedOutOn score computedScore overrideScore overridePart coverage band
    parts { key title feature weight value ageDays isFresh points part sentence } }"""
HEALTH = f"""query($id: ID!, $before: Date!, $after: Date!) {{
    healthOn(accountId: $id, day: $after) {EXPLAINED}
    healthDifference(accountId: $id, before: $before, after: $after) {{
        change configuration staleness behaviour override before {EXPLAINED} after {EXPLAINED} }}
    account(id: $id) {{ healthOn(day: $after) {EXPLAINED} }} }}"""


def test_health_of_any_account_on_any_day_is_explained_alike(world):
    """Drawn questions seldom meet a day and an account of which something is known."""
    explained = 0
    for place in world.places.values():
        everything = place.key(frozenset(Permission))
        for id in place.ids["Account"]:
            for before, after in pairwise(DAYS):
                days = {"before": before.isoformat(), "after": after.isoformat()}
                answers = [
                    ask(engine, everything, Operation(HEALTH, {"id": id, **days}))
                    for engine in (COMPILING, ORDINARY)
                ]
                assert comparable(answers[0].text) == comparable(answers[1].text)
                data = json.loads(answers[0].text)["data"]
                assert data["healthOn"] == (data["account"] or {}).get("healthOn")
                explained += data["healthDifference"] is not None
    assert explained > 10


def test_a_choice_that_is_no_more_is_an_error_of_ours_by_both(world):
    place = world.places["acme"]
    everything = place.key(frozenset(Permission))
    documents = [
        "{ deliveries(first: 2) { nodes { id status } } }",
        "{ accounts(first: 9) { nodes { id health { band score } } } }",
        "{ apiKeys(first: 2) { nodes { scopes name } } }",
        "{ members(first: 2) { edges { node { role id } } totalCount } }",
    ]
    with transaction.atomic():
        with inside(place.tenant):
            Delivery.objects.update(status="lost")
            Health.objects.update(band="grey")
        with public():
            ApiKey.objects.update(scopes=["people.see", "people.forget"])
            Membership.objects.update(role="mascot")
        for document in documents:
            answers = [ask(engine, everything, Operation(document)).text for engine in (COMPILING, ORDINARY)]
            assert comparable(answers[0]) == comparable(answers[1])
            errors = json.loads(answers[0])["errors"]
            assert {each["extensions"]["code"] for each in errors} == {"INTERNAL_SERVER_ERROR"}, document
            assert not re.search("lost|grey|forget|mascot", str(errors)), document
        transaction.set_rollback(True)
