"""Overrides: a score set by hand, with an author, a reason and an end. None disappears unsaid."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Conflict, Invalid
from accounts.events import emit, emit_many
from accounts.permissions import Permission
from success import checks, health, standings
from success.events import HealthOverridden, HealthOverrideExpired, HealthOverrideLifted
from success.models import Account, Health, HealthOverride

_UNSAID: dict[str, Any] = {"score": None}
"""Until it is worked out again: so the day's record is written even where an override says the same score."""


@transaction.atomic
def override(
    account: Account, *, score: Decimal, reason: str, expires_at: datetime, by: Actor
) -> HealthOverride:
    """Show this score instead of the computed one until it expires; replaces an override in force."""
    by.require(Permission.OVERRIDE_HEALTH)
    now = timezone.now()
    if not score.is_finite() or not 0 <= score <= 100 or score != round(score, 2):
        raise Invalid("A score is 0 to 100, with at most 2 decimals.", field="score")
    if expires_at <= now:
        raise Invalid("An override expires in the future.", field="expires_at")
    reason = checks.text("reason", reason, 1000, needed=True)
    _hold_open(account)
    HealthOverride.objects.open().filter(account=account).update(ended_at=now)
    made = HealthOverride.objects.create(
        account=account,
        score=round(score, 2),
        reason=reason,
        author_id=by.id if by.kind == "user" else None,
        author_label=by.label[:200],
        created_at=now,
        expires_at=expires_at,
    )
    Health.objects.filter(pk=account.pk).update(override=made, override_score=made.score, **_UNSAID)
    emit(
        HealthOverridden(
            account_id=account.pk,
            company_id=account.company_id,
            override_id=made.pk,
            score=made.score,
            expires_at=expires_at,
        ),
        by=by,
    )
    health.score([account.pk])
    return made


@transaction.atomic
def lift(account: Account, *, by: Actor) -> None:
    """Show the computed score again before the override expires."""
    by.require(Permission.OVERRIDE_HEALTH)
    _hold_open(account)
    lifted = HealthOverride.objects.open().filter(account=account).first()
    if lifted is None:
        raise Conflict("No override is in force.", field="account_id")
    _end([lifted])
    emit(
        HealthOverrideLifted(
            account_id=account.pk, company_id=account.company_id, override_id=lifted.pk, score=lifted.score
        ),
        by=by,
    )
    health.score([account.pk])


@transaction.atomic
def expire() -> int:
    """End the overrides whose time is over, say so, and show the computed scores again."""
    expired = HealthOverride.objects.expired(timezone.now())
    accounts = sorted(expired.values_list("account", flat=True))
    if not accounts:
        return 0
    standings.hold(accounts)
    over = list(expired.select_related("account").order_by("account"))
    _end(over)
    told = [
        HealthOverrideExpired(
            account_id=one.account_id, company_id=one.account.company_id, override_id=one.pk, score=one.score
        )
        for one in over
    ]
    emit_many(told, by=Actor.system("health"))
    health.score([one.account_id for one in over])
    return len(over)


def _hold_open(account: Account) -> None:
    standings.hold([account.pk])
    if Account.objects.filter(pk=account.pk).exclude(closed_on=None).exists():
        raise Conflict("This account is closed.", field="account_id")


def _end(overrides: list[HealthOverride]) -> None:
    """End them; the health of accounts that were closed meanwhile stays as it was."""
    HealthOverride.objects.filter(pk__in=[one.pk for one in overrides]).update(ended_at=timezone.now())
    shown = Health.objects.filter(override__in=overrides, account__closed_on=None)
    shown.update(override=None, override_score=None, **_UNSAID)
