"""Several at once, with real commits: nothing twice, nothing lost, nobody waiting in a ring."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from threading import Barrier

import pytest
from django.db import connection, transaction

from accounts.errors import Conflict
from accounts.models import Tenant
from accounts.tenancy import inside
from journeys import intake, rollups, stages
from journeys.incoming import Grouping, Identification, Message
from journeys.models import Affiliation, Arrival, Company, DailyRollup, Event, Identity, Person, Stage
from journeys.stages import StageDraft
from tests.factories import an_actor
from tests.journeys.factories import NOON, a_company, a_person, an_event, fold_all, take, working_for
from tests.journeys.test_rollups import counted_afresh, kept

THREADS = 4


def at_once[R](tenant: Tenant, *jobs: Callable[[], R]) -> list[R]:
    """Run the jobs in threads that start together, each in a transaction of its own."""
    together = Barrier(len(jobs))

    def run(job: Callable[[], R]) -> R:
        try:
            with inside(tenant):
                together.wait()
                with transaction.atomic():
                    return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def shuffled(messages: Iterable[Message], seed: int) -> list[Message]:
    batch = list(messages)
    Random(seed).shuffle(batch)  # noqa: S311  # repeatable on purpose
    return batch


def test_the_same_events_of_the_same_strangers_are_stored_once(committed):
    acme = committed["acme"]

    def batch(seed: int) -> list[Message]:
        return shuffled(
            (
                an_event(key=f"k{n}", user=f"u{n % 40}", company_key=f"c{n % 7}")
                for n in range(300)
            ),
            seed,
        )  # fmt: skip

    for source in ("web", "app", "shop"):
        taken = at_once(acme, *[partial(take, *batch(seed), source=source) for seed in range(THREADS)])
        assert sum(one.stored for one in taken) == 300

    with working_for(acme):
        assert Event.objects.exclude(source="unison").count() == 900
        assert Identity.objects.count() == Person.objects.count() == 40
        assert Company.objects.count() == 7
        assert Event.objects.named("journeys.company_created").count() == 7
    with working_for(committed["globex"]):
        assert not Identity.objects.exists()


def test_people_who_are_named_by_many_at_once_are_one(committed):
    acme = committed["acme"]

    def batch(seed: int) -> list[Message]:
        said: list[Message] = []
        for n in range(40):
            user, email = f"u{n}", f"{n}@x.test"
            said += [
                Identification(user_id=user, anonymous_id=f"a{n}", email=email, name=f"{seed}"),
                Identification(anonymous_id=f"a{n}", traits={"seen": seed}),
                Grouping(company_key=f"c{n % 5}", identity=("user", user), name=f"{seed}"),
                an_event(identity=("anonymous", f"a{n}")),
                an_event(identity=("anonymous", f"b{n}")),
            ]
        return shuffled(said, seed)

    for round_ in range(3):
        at_once(acme, *[partial(take, *batch(seed)) for seed in range(round_, round_ + THREADS)])

    with working_for(acme):
        assert Person.objects.active().exclude(name="").count() == 40
        assert Person.objects.active().count() == 80
        assert Identity.objects.count() == 160
        for n in range(40):
            holders = Identity.objects.filter(value__in=[f"u{n}", f"a{n}", f"{n}@x.test"])
            assert holders.values("person").distinct().count() == 1
        assert Affiliation.objects.open().primary().count() == Affiliation.objects.count() == 40


def test_everything_is_folded_once_whoever_folds_meanwhile(committed):
    acme = committed["acme"]

    def send(seed: int) -> None:
        for n in range(15):
            with transaction.atomic():
                take(
                    Identification(user_id=f"u{n % 5}", anonymous_id=f"a{n}"),
                    *[an_event(user=f"u{m % 9}", key=f"{seed // 2}-{n}-{m}", value=m) for m in range(40)],
                    an_event(identity=("anonymous", f"a{n}")),
                )

    def fold() -> None:
        for _ in range(60):
            with transaction.atomic():
                rollups.fold(limit=50)

    with ThreadPoolExecutor(5) as pool:

        def run(job: Callable[[], None]) -> None:
            try:
                with inside(acme):
                    job()
            finally:
                connection.close()

        list(pool.map(run, [fold, lambda: send(0), lambda: send(1), lambda: send(2), fold]))

    with working_for(acme):
        fold_all()
        assert kept() == counted_afresh("UTC")
        assert not Arrival.objects.exists()
        assert DailyRollup.objects.filter(name="report_opened").exists()
        for person in Person.objects.active():
            assert person.last_seen_at == NOON


def test_who_finds_another_at_it_leaves(committed):
    acme = committed["acme"]
    with working_for(acme):
        take(an_event())

    with working_for(acme):
        assert rollups.fold().events == 1
        (found,) = at_once(acme, lambda: rollups.fold())
        assert found == rollups.Folded()
        transaction.set_rollback(True)

    (after,) = at_once(acme, lambda: rollups.fold())
    assert after.events == 1


@pytest.mark.parametrize(
    ("make", "model"),
    [
        (lambda key: stages.create(StageDraft(key=key, title=key, kind="customer"), by=an_actor()), Stage),
        (lambda key: a_company(key=key), Company),
        (lambda key: a_person(user_id=key), Person),
        (lambda key: a_person(email=f"{key}@x.test"), Person),
    ],
    ids=["stage", "company", "user", "email"],
)
def test_of_many_who_make_the_same_all_but_one_are_told_that_it_is_here(committed, make, model):
    acme, globex = committed["acme"], committed["globex"]

    def attempt(key: str) -> str:
        try:
            make(key)
        except Conflict as refusal:
            return str(refusal.field)
        return "made"

    for number in range(8):
        told = at_once(acme, *[partial(attempt, f"k{number}")] * THREADS)
        assert sorted(told).count("made") == 1
        assert set(told) <= {"made", "key", "user_id", "email"}
    assert at_once(globex, partial(attempt, "k0")) == ["made"]

    with working_for(acme):
        assert model.objects.count() == 8


def test_visitors_who_belong_somewhere_become_known_while_companies_change(committed):
    acme = committed["acme"]

    def batch(seed: int) -> list[Message]:
        said: list[Message] = []
        for n in range(30):
            visitor, user = ("anonymous", f"a{n}"), f"u{n}"
            said += [
                Grouping(company_key=f"c{n % 3}", identity=visitor, name=f"{seed}"),
                Identification(user_id=user, name=f"{seed}"),
                Grouping(company_key="c3", identity=("user", user), name=f"{seed}"),
            ]
        return shuffled(said, seed)

    joined = [Identification(user_id=f"u{n}", anonymous_id=f"a{n}") for n in range(30)]
    for round_ in range(3):
        jobs = [partial(take, *batch(seed)) for seed in range(round_, round_ + THREADS)]
        at_once(acme, *jobs, partial(take, *joined, *batch(9)))

    with working_for(acme):
        assert Person.objects.active().count() == 30
        held = Affiliation.objects.open()
        assert not held.exclude(person__archived_at=None).exists()
        assert held.count() == 60
        assert held.primary().count() == 30


def test_two_who_identify_the_same_visitor_make_one_person(committed):
    acme = committed["acme"]
    with working_for(acme):
        take(an_event(identity=("anonymous", "x")))

    def say() -> Person:
        return intake.identify(Identification(user_id="ada", anonymous_id="x"), by=an_actor())

    assert len(set(at_once(acme, *[say] * THREADS))) == 1
    with working_for(acme):
        assert Person.objects.get().identities.count() == 2
