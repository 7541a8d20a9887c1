"""Histories made at random, worked out by the product and by the reference, written from docs/words.md."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from accounts.errors import DomainError
from accounts.models import Tenant
from accounts.tenancy import inside, tenant
from experience.models import Answer
from journeys.models import Event, Identity
from success import explanations, features, health, history, metrics, scorecards
from success.days import today
from success.models import Account, Contract, Feature, FeatureName, Health, Scorecard, Signal
from tests.factories import an_actor
from tests.success import reference
from tests.success.factories import a_measure, ago, published, scored_all, work
from tests.success.histories import DAYS, DEEDS, PAST, ZONES, Cast
from tests.success.reference import Rows

FIRST = [replace(one, max_age_days=one.max_age_days and 15) for one in scorecards.DEFAULT]
"""The default scorecard, but that what is said and done is soon too old."""

SECOND = [
    a_measure(FeatureName.USAGE_TREND, curve=[(-1, 0), (0, 70), (1, 100)], weight=10, max_age_days=30),
    a_measure(FeatureName.CES, curve=[(1, 0), (7, 100)], weight=10, max_age_days=40),
    a_measure(FeatureName.BREADTH, curve=[(0, 0), (3, 100)], weight=7),
    a_measure(FeatureName.NPS, curve=[(-100, 0), (100, 100)], weight=5, max_age_days=60),
]
"""The one that takes its place today."""


def rows() -> Rows:
    """What the tenant's tables hold."""
    zone = tenant().zone
    closings = Event.objects.named("success.account_closed").values_list("company", "recorded_at")
    learned_on = {company: moment.astimezone(zone).date() for company, moment in closings}
    usage = Event.objects.exclude(name__startswith="experience.")
    response = ("response__person", "response__company", "response__responded_at", "response__recorded_at")
    return Rows(
        zone=zone,
        events=_read(reference.Event, usage, "name", "occurred_at", "recorded_at", "identity", "company"),
        people=dict(Identity.objects.values_list("pk", "person")),
        answers=_read(
            reference.Answer, Answer.objects, "question__kind", "score", *response, "question__position"
        ),
        contracts=_read(
            reference.Contract, Contract.objects, "pk", "account", "agreement", "renews", "recurring_revenue",
            "currency", "starts_on", "ends_on", "is_final", "recorded_at", "superseded_at",
        ),
        signals=_read(reference.Signal, Signal.objects, "event_name", "role", "recorded_at"),
        accounts={
            one.pk: reference.Account(
                one.company_id, one.opened_on, one.closed_on, learned_on.get(one.company_id)
            )
            for one in Account.objects.all()
        },
    )  # fmt: skip


def _read[Row](row: Callable[..., Row], table: Any, *columns: str) -> list[Row]:
    return [row(*values) for values in table.values_list(*columns)]


def card_of(scorecard: Scorecard) -> list[reference.Measure]:
    """The measures of a scorecard."""
    columns = ("key", "feature", "curve", "weight", "max_age_days")
    return [reference.Measure(*row) for row in scorecard.measures.order_by("position").values_list(*columns)]


def agree(kept: Any, scorecard: Scorecard, raw: reference.Raw) -> reference.Score:
    """What is kept, or was worked out as of a day, is what the reference says."""
    ours = reference.score(card_of(scorecard), raw)
    assert kept.coverage == ours.coverage
    if not ours.is_on_edge:
        assert (kept.computed_score, kept.band) == (ours.score, reference.band(ours.score))
        parts = [None if part is None else Fraction(part, 100) for part in kept.parts]
        assert parts == ours.parts
    return ours


def check_now(known: Rows) -> None:
    """Health and its raw values as they are now; to work them out again changes nothing."""
    scorecard, everybody = Scorecard.objects.current().get(), list(Account.objects.open())
    live = features.current([account.pk for account in everybody], today())
    for account in everybody:
        raw = known.raw(account.pk, today())
        readings = {name: (reading.value, reading.age) for name, reading in live[account.pk].items()}
        assert readings == {name: (float(one.value), one.age) for name, one in raw.items()}
        agree(Health.objects.get(pk=account.pk), scorecard, raw)
    standing = [list(model.objects.order_by("pk").values()) for model in (Health, Feature)]
    health.refresh([account.pk for account in everybody])
    assert scored_all().changed == 0
    assert standing == [list(model.objects.order_by("pk").values()) for model in (Health, Feature)]


def check_days(known: Rows, days: Sequence[date]) -> None:
    """Past days as they were shown: health, what it was spread over, revenue and renewals."""
    everybody = Account.objects.all()
    history.rebuild(days, by=an_actor())
    for day in days:
        stood = history.as_of(list(everybody.values_list("pk", flat=True)), day)
        still = [account for account in known.accounts if known.is_open(account, day)]
        assert set(stood) == set(still)
        scores = {
            account: agree(stood[account], stood[account].scorecard, known.raw(account, day))
            for account in still
        }
        if not any(one.is_on_edge for one in scores.values()):
            spread = metrics.health_distribution(everybody, day=day)
            bands = Counter(reference.band(one.score) for one in scores.values())
            assert (spread.at_risk, spread.watch, spread.healthy, spread.unknown) == tuple(
                bands[band] for band in ("at_risk", "watch", "healthy", "")
            )
    for day in (*days, today(), ago(-20)):
        paid = metrics.recurring_revenue(everybody, day=day).totals
        assert [(one.currency, one.amount, one.accounts) for one in paid] == known.revenue(day)
        ahead = metrics.renewals_ahead(everybody, within_days=30, day=day).renewals
        assert {one.contract_id for one in ahead} == known.renewals(day, 30)


def check_differences(known: Rows, days: Sequence[date]) -> None:
    """Why scores differ, from day to day and from the last one to today, when another scorecard came."""
    first, current = (card_of(one) for one in Scorecard.objects.order_by("version"))
    for account in Account.objects.open():
        for before, after in pairwise((*days, today())):
            found = explanations.compare(account, before=before, after=after, by=an_actor())
            if before < account.opened_on:
                assert found is None
                continue
            card = current if after == today() else first
            earlier, later = (known.raw(account.pk, day) for day in (before, after))
            if reference.score(first, earlier).score is None or reference.score(card, later).score is None:
                assert found is None
                continue
            assert found is not None
            assert found.configuration + found.staleness + found.behaviour == found.change
            assert found.override == 0
            split = reference.split((first, earlier), (card, later))
            if split and (found.before.worked_out_on, found.after.worked_out_on) == (before, after):
                assert [*split] == [found.configuration, found.staleness, found.behaviour]


@trials(
    max_examples=20, deadline=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
)  # to make a failing history smaller would take minutes
@given(zone=st.sampled_from(ZONES), opened=st.tuples(DAYS, DAYS), deeds=DEEDS, past=PAST)
def test_every_figure_is_what_the_words_say(acme, globex, zone, opened, deeds, past):
    here = Tenant(pk=acme.pk, schema_name=acme.schema_name, time_zone=zone, currency="EUR")
    with inside(here), transaction.atomic():
        published(*FIRST)
        cast = Cast(opened)
        for _, do in sorted(deeds, key=lambda deed: -deed[0]):
            with suppress(DomainError), transaction.atomic():
                do(cast)
        work()
        known, days = rows(), [ago(day) for day in sorted(past, reverse=True)]
        check_now(known)
        check_days(known, days)
        published(*SECOND)
        work()
        check_now(known)
        check_differences(known, days)
        transaction.set_rollback(True)
    with inside(globex):
        assert not rows().accounts
