"""The cost of a minute: counted for each key in each tenant, and refused when it is used up."""

import json
import time
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts import valkey
from accounts.actor import Actor
from accounts.graphql import budget
from accounts.shelves import Shelf
from accounts.tenancy import inside
from tests.factories import a_key

pytestmark = pytest.mark.usefixtures("one_minute")


def a_program() -> Actor:
    return Actor(kind="key", id=uuid4(), label="test")


def ask(key: str, first: int = 4) -> Any:
    client = Client(headers={"host": "localhost", "authorization": f"Bearer {key}"})
    question = {"query": f"{{ people(first: {first}) {{ nodes {{ id }} }} }}"}
    return client.post("/graphql/", json.dumps(question), content_type="application/json")


def test_beyond_the_budget_is_429_with_the_time_to_wait(acme, settings):
    settings.GRAPHQL_COST_PER_MINUTE = 12
    key = a_key(acme)

    answers = [ask(key) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    remaining = [answer.json()["extensions"]["cost"]["remaining"] for answer in answers[:2]]
    assert remaining == [7, 2]
    refused = answers[2]
    error = refused.json()["errors"][0]["extensions"]
    assert error["code"] == "THROTTLED"
    assert 1 <= int(refused["Retry-After"]) == error["resetsInSeconds"] <= 60
    assert "data" not in refused.json()


def test_what_is_refused_for_its_price_leaves_what_is_left(acme, globex, settings):
    settings.GRAPHQL_COST_PER_MINUTE = 12
    key = a_key(acme)
    answers = [ask(key, first) for first in (4, 4, 4, 4, 1, 1)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429, 200, 429]
    assert answers[4].json()["extensions"]["cost"]["remaining"] == 0


def test_what_is_refused_has_a_price_too(acme, settings):
    settings.GRAPHQL_COST_PER_MINUTE = 3
    client = Client(headers={"host": "localhost", "authorization": f"Bearer {a_key(acme)}"})
    answers = [
        client.post("/graphql/", {"query": "{ nothing }" + " " * 600}, content_type="application/json").json()
        for _ in range(2)
    ]

    codes = [answer["errors"][0]["extensions"]["code"] for answer in answers]
    assert codes == ["GRAPHQL_VALIDATION_FAILED", "THROTTLED"]


def test_another_key_has_its_own(acme, globex, settings):
    settings.GRAPHQL_COST_PER_MINUTE = 5

    assert [ask(key).status_code for key in (a_key(acme), a_key(acme), a_key(globex))] == [200] * 3


@given(costs=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 60)), max_size=60))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_processes_together_give_no_more_than_the_minute(acme, globex, settings, monkeypatch, costs):
    settings.GRAPHQL_COST_PER_MINUTE = limit = 1_000
    ahead, actor, given_out = limit // budget.ADVANCE, a_program(), 0
    processes: list[Shelf] = [Shelf(budget.MOST) for _ in range(3)]
    for process, cost in costs:
        monkeypatch.setattr(budget, "_advances", processes[process])
        left = budget.spend(actor, cost)
        if left.is_spent:
            assert given_out + cost > limit - ahead * len(processes)
            continue
        given_out += cost
        assert left.remaining >= limit - given_out - ahead * (len(processes) - 1)
    assert given_out <= limit
    with inside(globex):
        assert budget.spend(actor, limit) == (limit, 0, budget.spend(a_program(), 1).resets_in, False)


def test_most_questions_need_not_go_to_valkey(acme, settings):
    settings.GRAPHQL_COST_PER_MINUTE = 10 * budget.ADVANCE
    actor = a_program()
    budget.spend(actor, 1)
    here = valkey.client()  # the server's own count is of all who ask it
    before = int(here.client_info()["tot-cmds"])
    assert [budget.spend(actor, 2).remaining for _ in range(5)] == [1997, 1995, 1993, 1991, 1989]
    assert int(here.client_info()["tot-cmds"]) == before + 1  # that of looking


def test_the_count_is_kept_under_the_tenants_name(acme):
    actor = a_program()
    budget.spend(actor, 3)

    (key,) = valkey.client().scan_iter(f"*{actor.id}*")
    assert key.startswith(b"acme:")
    assert 0 < valkey.client().ttl(key) <= 120


def test_without_valkey_questions_are_answered_as_fast(acme, settings):
    key = a_key(acme)
    ask(key)
    settings.REDIS_URL = "unix:///nowhere.sock"
    began = time.perf_counter()

    assert ask(key).status_code == 200
    assert time.perf_counter() - began < 3


def test_what_is_left_is_told(acme, settings):
    settings.GRAPHQL_COST_PER_MINUTE = 100
    actor = a_program()

    assert [budget.spend(actor, cost)[:2] for cost in (1, 10, 89)] == [(100, 99), (100, 89), (100, 0)]
    assert not budget.spend(a_program(), 100).is_spent
    assert budget.spend(actor, 1).is_spent
