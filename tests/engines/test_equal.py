"""What is compiled answers like what is carried out: any document, anybody, any values, to the byte."""

import json
import re

from django.db import transaction

from accounts.models import ApiKey, Membership
from accounts.permissions import Permission
from accounts.tenancy import inside, public
from integrations.models import Delivery
from success.models import Health
from tests.engines.asking import COMPILING, ORDINARY, Operation, ask, comparable
from tests.engines.comparing import Comparison, over_questions


def test_both_engines_answer_alike(world):
    comparison = Comparison(world)

    over_questions(world, comparison.compare)

    ways = comparison.ways
    assert ways["compiled"] > 0.25 * ways.total(), ways
    assert ways["compiled"] + ways["mixed"] > 0.6 * ways.total(), ways
    assert comparison.codes["BAD_USER_INPUT"] > 0


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
