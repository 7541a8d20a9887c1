"""Doors for workers: enter the tenant, call one function."""

from celery import shared_task
from django.db import transaction

from accounts.fanout import everywhere
from accounts.tenancy import inside
from accounts.tenants import live
from journeys import rollups

PASSES = 25
"""After so many passes, other tenants get their turn."""


@shared_task
def fold_rollups(schema: str) -> None:
    """Bring the tenant's rollups up to date with what has arrived."""
    with inside(live(schema)):
        for _ in range(PASSES):
            with transaction.atomic():
                folded = rollups.fold()
            if not folded.more:
                return
    fold_rollups.delay(schema=schema)


@shared_task
def fold_rollups_everywhere() -> None:
    """Bring every tenant's rollups up to date: the net below what was woken and got lost."""
    everywhere(fold_rollups)
