"""The pass over all accounts that follows a new scorecard: from their features, which have not changed.

Who is due is scored as ever meanwhile, with the new scorecard already; a newer one begins anew.
"""

from dataclasses import replace

from django.db import connection, transaction
from django.utils import timezone

from success import health, standings
from success.models import Scorecard

STEP = 20_000
"""How many accounts one transaction scores; when all of them are told, others wait some seconds for it."""

_IS_OURS = "SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || ' rollout', 0))"


def is_waiting() -> bool:
    """Whether there are accounts to be scored anew."""
    return Scorecard.objects.waiting().exists()


@transaction.atomic
def advance() -> health.Scored:
    """Score the next accounts with the scorecard in force; says whether to go on.

    Where somebody is at it, or it is done, there is nothing to do: asking more often does no harm.
    """
    if not _is_ours():
        return health.Scored()
    standings.hold_all()
    scorecard = Scorecard.objects.waiting().first()
    if scorecard is None:
        return health.Scored()
    accounts = health.next_range(scorecard.reached, STEP)
    done = health.score_range(scorecard, accounts)
    Scorecard.objects.filter(pk=scorecard.pk).update(
        reached=accounts.until, applied_at=timezone.now() if accounts.is_last else None
    )
    return replace(done, more=not accounts.is_last)


def _is_ours() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_IS_OURS)
        (ours,) = cursor.fetchone()
    return bool(ours)
