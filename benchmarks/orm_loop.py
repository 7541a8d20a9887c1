"""What scoring is measured against: account by account through the ORM, as one would write it first.

It reads the same things that features are made of, and works the score out with the same arithmetic.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from experience import metrics
from experience.models import Answer
from journeys.models import Event
from success import scoring
from success.models import Account, Contract, Health, HealthRecord, Scorecard, Signal
from success.scoring import Reading

OURS = ("accounts.", "journeys.", "success.", "experience.", "integrations.")


@transaction.atomic
def score(accounts: Iterable[Account]) -> int:
    """Score these accounts, one after the other."""
    scorecard, scored = Scorecard.objects.current().get(), 0
    for account in accounts:
        now = timezone.now()
        readings = _readings(account, now)
        outcome = scoring.score(scorecard.card, readings)
        _write(account, scorecard, outcome, now)
        scored += 1
    return scored


def _readings(account: Account, now: datetime) -> dict[str, Reading]:
    used, calls = _usage(account)
    recent = used.filter(occurred_at__gte=now - timedelta(days=28)).count()
    before = used.filter(
        occurred_at__gte=now - timedelta(days=56), occurred_at__lt=now - timedelta(days=28)
    ).count()
    last = used.order_by("-occurred_at").first()
    active = (
        used.filter(occurred_at__gte=now - timedelta(days=30)).values("identity__person").distinct().count()
    )
    load = calls.filter(occurred_at__gte=now - timedelta(days=28)).count()
    answers = Answer.objects.of_company(account.company).between(now - timedelta(days=365), now)
    said, satisfied, rated = metrics.nps(answers), metrics.csat(answers), metrics.rating(answers)
    age = _age(answers, now)
    contract = Contract.objects.current().filter(account=account).order_by("ends_on").first()
    return {
        "usage_trend": Reading((recent - before) / (recent + before) if recent + before else None),
        "days_since_seen": Reading(float((now - last.occurred_at).days) if last else None),
        "breadth": Reading(float(active)),
        "support_load": Reading(float(load)),
        "nps": Reading(float(said.score) if said else None, age),
        "csat": Reading(float(satisfied.score) if satisfied else None, age),
        "rating": Reading(float(rated.score) if rated else None, age),
        "renewal_nearness": Reading(float((contract.ends_on - now.date()).days) if contract else None),
    }


def _usage(account: Account) -> tuple[QuerySet, QuerySet]:
    support = Signal.objects.filter(role="support").values_list("event_name", flat=True)
    events = Event.objects.of_company(account.company)
    calls = events.filter(name__in=list(support))
    used = events.exclude(name__in=list(support))
    for prefix in OURS:
        used = used.exclude(name__startswith=prefix)
    return used, calls


def _age(answers: QuerySet, now: datetime) -> int:
    last = answers.order_by("-response__responded_at").select_related("response").first()
    return (now - last.response.responded_at).days if last else 0


def _write(account: Account, scorecard: Scorecard, outcome: scoring.Outcome, now: datetime) -> None:
    health = Health.objects.get(account=account)
    health.score = health.computed_score = _points(outcome.score)
    health.coverage = Decimal(outcome.coverage) / 10_000
    health.band = scoring.band_of(outcome.score) or ""
    health.parts, health.scorecard, health.scored_at = list(outcome.parts), scorecard, now
    health.save()
    day: date = now.date()
    HealthRecord.objects.update_or_create(
        account=account,
        day=day,
        defaults={
            "scored_at": now,
            "scorecard": scorecard,
            "score": health.score,
            "computed_score": health.score,
            "coverage": health.coverage,
            "band": health.band,
            "parts": health.parts,
            "values": [],
            "ages": [],
        },
    )


def _points(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else Decimal(hundredths) / 100
