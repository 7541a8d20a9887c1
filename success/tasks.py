"""Doors for workers: enter the tenant, call one function."""

from celery import shared_task
from django.db import transaction

from accounts.fanout import everywhere
from accounts.tenancy import inside
from accounts.tenants import live
from accounts.waking import wake
from success import health, nightly, overrides, rollout

PASSES = 25
"""After so many passes, other tenants get their turn."""


@shared_task
def score_due(schema: str) -> None:
    """Work out the health of the tenant's accounts that are waiting for it, and end overrides in time.

    Also the net below a new scorecard whose pass was lost with its worker.
    """
    with inside(live(schema)):
        with transaction.atomic():
            overrides.expire()
            if rollout.is_waiting():
                wake(apply_scorecard, schema=schema)
        for _ in range(PASSES):
            with transaction.atomic():
                scored = health.score_due()
            if not scored.more:
                return
    score_due.delay(schema=schema)


@shared_task
def apply_scorecard(schema: str) -> None:
    """Score all the tenant's accounts with the scorecard in force, where that has not been done."""
    with inside(live(schema)):
        for _ in range(PASSES):
            with transaction.atomic():
                scored = rollout.advance()
            if not scored.more:
                return
    apply_scorecard.delay(schema=schema)


@shared_task
def score_all(schema: str) -> None:
    """Work out the health of all the tenant's accounts, once in its own day."""
    with inside(live(schema)):
        for _ in range(PASSES):
            with transaction.atomic():
                more = nightly.advance()
            if not more:
                return
    score_all.delay(schema=schema)


@shared_task
def score_due_everywhere() -> None:
    """Work out what is waiting in every tenant: the net below what was woken and got lost."""
    everywhere(score_due)


@shared_task
def score_all_everywhere() -> None:
    """Begin every tenant's day; where it has begun already, there is nothing to do."""
    everywhere(score_all)
