"""Two requests that wait for each other in a ring: one mutation is undone and may be sent again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

from accounts.graphql.ids import global_id
from accounts.tenancy import inside
from journeys.models import Person
from tests.client import Api
from tests.factories import a_key
from tests.journeys.factories import a_person
from tests.local.processes import wait_until

UPDATE = """mutation ($first: ID!, $between: ID!, $last: ID!, $name: String!) {
  first: personUpdate(input: {id: $first, name: $name}) { errors { code } }
  between: personUpdate(input: {id: $between, name: $name}) { errors { code message } }
  last: personUpdate(input: {id: $last, name: $name}) { errors { code message } }
}"""


WAITING = """
SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND datname = current_database()
"""


def waiting() -> int:
    """How many wait for a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot()"
        )  # or who came later would not be seen all transaction
        cursor.execute(WAITING)
        (found,) = cursor.fetchone()
    return found


def test_of_requests_in_a_ring_one_is_told_to_send_again_and_the_rest_stands(committed):
    acme = committed["acme"]
    with inside(acme), transaction.atomic():
        ada, bob, between = (a_person(name=name) for name in ("Ada", "Bob", "Between"))
    keys = {name: a_key(acme) for name in ("one", "two")}

    def send(name: str, **people: Person) -> dict[str, Any]:
        ids = {place: global_id("Person", person.pk) for place, person in people.items()}
        try:
            return Api(acme, keys[name])(UPDATE, name=name, between=global_id("Person", between.pk), **ids)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        with inside(acme), transaction.atomic():
            Person.objects.select_for_update().get(pk=between.pk)
            one = pool.submit(send, "one", first=ada, last=bob)
            two = pool.submit(send, "two", first=bob, last=ada)
            # each has changed its first, and waits for the one between
            wait_until(lambda: waiting() == 2, "both wait", within=60)
        answers = {"one": one.result(), "two": two.result()}

    assert not [answer for answer in answers.values() if "errors" in answer]
    parts = [part for answer in answers.values() for part in answer["data"].values()]
    assert {error["code"] for part in parts for error in part["errors"]} == {"CONFLICT"}
    asked = {"one": {"first": ada, "last": bob}, "two": {"first": bob, "last": ada}}
    done: dict[Any, set[str]] = {}
    for name, answer in answers.items():
        for place, part in answer["data"].items():
            if not part["errors"]:
                done.setdefault((asked[name] | {"between": between})[place].pk, set()).add(name)
    with inside(acme), transaction.atomic():
        for person in Person.objects.all():
            assert person.name in done[person.pk]
    with inside(committed["globex"]), transaction.atomic():
        assert not Person.objects.exists()
