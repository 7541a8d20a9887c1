"""The pass over all accounts that each day begins with: windows move on, contracts end, answers grow old."""

from django.db import transaction
from django.utils import timezone

from success import health, portraits
from success.days import today
from success.models import Feature, NightlyPass

STEP = 5_000
"""How many accounts one transaction works out."""


@transaction.atomic
def advance() -> bool:
    """Work out the next accounts of today's pass; says whether to go on.

    Where somebody is at it, or it is done, there is nothing to do: asking more often does no harm.
    """
    day = today()
    NightlyPass.objects.bulk_create([NightlyPass(day=day)], ignore_conflicts=True)
    ours = NightlyPass.objects.filter(day=day, finished_at=None).select_for_update(skip_locked=True).first()
    if ours is None:
        return False
    following = health.next_range(ours.reached, STEP)
    accounts = list(
        Feature.objects.filter(pk__gt=following.after, pk__lte=following.until).values_list("pk", flat=True)
    )
    health.refresh(accounts)
    portraits.retell(accounts)
    ours.reached = following.until
    ours.finished_at = timezone.now() if following.is_last else None
    ours.save(update_fields=["reached", "finished_at"])
    return not following.is_last
