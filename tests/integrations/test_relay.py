"""The relay: told at least once, effects and tick together, and no listener in another's way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.events import Envelope, emit, emit_many
from accounts.identifiers import uuid7
from accounts.tenancy import inside
from integrations import relay, tasks
from integrations.events import EndpointEnabled
from integrations.models import CustomerSequence, OutboxEvent, Telling
from journeys.events import StageEntered
from tests.client import queries
from tests.factories import an_actor
from tests.integrations.factories import HEARD, only_listening, something_happened


def leave_a_mark(envelope: Envelope) -> None:
    """An effect in the database that can be counted."""
    CustomerSequence.objects.create(customer_id=uuid7(), last=-1)


def marks() -> int:
    return CustomerSequence.objects.filter(last=-1).count()


def test_a_listener_hears_the_whole_envelope_once(acme, globex):
    heard: list[Envelope] = []

    def listen(envelope: Envelope) -> None:
        heard.append(envelope)

    event = something_happened(stage="trial")
    with only_listening(HEARD, listen):
        assert relay.plan().tellings == 1
        assert relay.tell() == (1, 0, False)
        assert relay.plan().events == 0
        assert relay.tell() == (0, 0, False)

    (envelope,) = heard
    assert (envelope.id, envelope.name, envelope.data["stage_key"]) == (event.pk, HEARD, "trial")
    assert (envelope.actor_kind, envelope.actor_label) == ("system", "test")
    assert envelope.occurred_at == event.occurred_at


@pytest.mark.parametrize("size", [1, 50])
def test_any_number_of_events_is_one_statement(acme, globex, size):
    by = an_actor()
    with queries(1):
        emit_many([EndpointEnabled(endpoint_id=uuid7()) for _ in range(size)], by=by)

    rows = OutboxEvent.objects.all()
    assert len({row.data["endpoint_id"] for row in rows}) == size
    assert {(row.name, row.version, row.actor_label, row.is_backfilled) for row in rows} == {
        ("integrations.endpoint_enabled", 1, by.label, False)
    }
    with inside(globex):
        assert not OutboxEvent.objects.exists()


def test_a_neighbours_events_are_not_told(acme, globex):
    heard: list[Envelope] = []
    with inside(globex):
        something_happened()

    with only_listening(HEARD, heard.append):
        relay.plan()
        relay.tell()

    assert not heard
    with inside(globex):
        assert OutboxEvent.objects.get().planned_at is None


def test_a_failing_listener_steps_aside_and_leaves_nothing(acme, globex):
    def fail(envelope: Envelope) -> None:
        leave_a_mark(envelope)
        connection.cursor().execute("SELECT 1/0")

    something_happened()
    with only_listening(HEARD, fail, leave_a_mark):
        relay.plan()
        assert relay.tell() == (1, 1, False)
        assert marks() == 1
        waiting = Telling.objects.waiting().get()
        assert (waiting.attempts, waiting.error) == (1, "DataError")
        assert relay.tell() == (0, 0, False)
        assert relay.tell(now=timezone.now() + timedelta(seconds=3)) == (0, 1, False)
        assert Telling.objects.waiting().get().due_at > timezone.now() + timedelta(seconds=3)
        assert marks() == 1


def test_what_a_listener_says_names_its_cause(acme, globex):
    def answer(envelope: Envelope) -> None:
        emit(EndpointEnabled(endpoint_id=uuid7()), by=an_actor())

    cause = something_happened()
    with only_listening(HEARD, answer):
        relay.plan()
        relay.tell()

    assert OutboxEvent.objects.get(name=EndpointEnabled.name).caused_by == cause.pk


def test_a_listener_that_left_with_a_release_is_ticked(acme, globex):
    something_happened()
    with only_listening(HEARD, leave_a_mark):
        relay.plan()
    with only_listening(HEARD):
        assert relay.tell().told == 1


def test_it_takes_the_same_few_statements_for_one_event_or_many(acme, globex, django_assert_num_queries):
    with only_listening(HEARD, lambda envelope: None):
        for many in (1, 40):
            for _ in range(many):
                something_happened()
            with django_assert_num_queries(8):  # two of them savepoint, and its release
                relay.plan()


def test_an_event_and_its_change_are_committed_together(committed):
    acme = committed["acme"]
    with inside(acme):
        with transaction.atomic():
            emit(EndpointEnabled(endpoint_id=uuid7()), by=an_actor())
            assert OutboxEvent.objects.exists()
            transaction.set_rollback(True)
        with pytest.raises(RuntimeError, match="outside a transaction"):
            emit(EndpointEnabled(endpoint_id=uuid7()), by=an_actor())
        with transaction.atomic():
            assert not OutboxEvent.objects.exists()


def test_two_relays_at_once_tell_everything_once(committed):
    acme, globex = committed["acme"], committed["globex"]
    for tenant in (acme, globex):
        with inside(tenant), transaction.atomic():
            company = uuid7()
            for _ in range(120):
                something_happened(company_id=company)
    start = Barrier(4)

    def run(tenant) -> None:
        try:
            start.wait(10)
            with inside(tenant):
                relay.plan()
                relay.tell()
        finally:
            connection.close()

    with only_listening(HEARD, leave_a_mark), ThreadPoolExecutor(4) as pool:
        list(pool.map(run, [acme, globex, acme, globex]))

    for tenant in (acme, globex):
        with inside(tenant), transaction.atomic():
            assert marks() == 120
            assert not Telling.objects.waiting().exists()
            numbers = OutboxEvent.objects.order_by("id").values_list("sequence", flat=True)
            assert list(numbers) == list(range(1, 121))


def test_what_another_relay_is_telling_is_not_waited_for(committed):
    acme = committed["acme"]
    with only_listening(HEARD, leave_a_mark), inside(acme):
        with transaction.atomic():
            for _ in range(2):
                something_happened()
            relay.plan()
        with ThreadPoolExecutor(1) as pool, transaction.atomic():
            Telling.objects.select_for_update().first()

            def tell() -> relay.Told:
                try:
                    with inside(acme), transaction.atomic():
                        connection.cursor().execute("SET LOCAL lock_timeout = '5s'")
                        return relay.tell()
                finally:
                    connection.close()

            assert pool.submit(tell).result() == (1, 0, False)


def test_what_is_said_in_one_breath_is_numbered_in_its_order(acme, globex):
    company, stages = uuid7(), [str(number) for number in range(30)]
    emit_many(
        [StageEntered(company_id=company, stage_key=key, from_stage_key=None) for key in stages],
        by=an_actor(),
    )

    relay.plan()

    told = OutboxEvent.objects.filter(name=HEARD).order_by("sequence")
    assert [event.data["stage_key"] for event in told] == stages


def test_listeners_hear_of_one_customer_after_the_other(acme, globex):
    heard: list[str] = []
    both = sorted(uuid7() for _ in range(2))
    for number in range(6):
        something_happened(company_id=both[number % 2], stage=str(number))

    with only_listening(HEARD, lambda envelope: heard.append(envelope.data["stage_key"])):
        relay.plan()
        relay.tell()

    assert heard == ["0", "2", "4", "1", "3", "5"]


def test_the_door_for_workers_enters_the_tenant(committed):
    with inside(committed["acme"]), transaction.atomic():
        something_happened()
    with only_listening(HEARD, leave_a_mark):
        tasks.relay_events(schema="acme")
        tasks.tell_listeners(schema="acme")

    with inside(committed["acme"]), transaction.atomic():
        assert marks() == 1
    with inside(committed["globex"]), transaction.atomic():
        assert marks() == 0
