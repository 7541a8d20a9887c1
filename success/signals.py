"""Signals: what the names of a tenant's own events mean for health."""

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.events import emit
from accounts.permissions import Permission
from journeys.checks import check
from success import health
from success.events import SignalChanged
from success.models import Signal


@transaction.atomic
def count_as(event_name: str, role: str, *, by: Actor) -> Signal:
    """Say how events of a name count from now on; said for the first time, it always meant that."""
    by.require(Permission.MANAGE_SCORECARDS)
    signal = Signal(event_name=event_name.strip(), role=role, recorded_at=timezone.now())
    check(signal)
    current = Signal.objects.current().filter(event_name=signal.event_name).first()
    if current and current.role == role:
        return current
    signal.save()
    health.mark_all_due()
    emit(SignalChanged(event_name=signal.event_name, role=role), by=by)
    return signal
