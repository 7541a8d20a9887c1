"""A timeline as a panel: the latest lines first, a page at a time, found by keyset."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from accounts.admin.panels import Panel
from accounts.events import catalogue
from accounts.middleware import TenantRequest
from accounts.permissions import Permission
from journeys.models import Event
from journeys.models.timeline import EventQuerySet

LINES = 20
UPPER = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}


def words_of(name: str) -> str:
    """The name of an event as people read it: `experience.nps_answered` is “NPS answered”."""
    ours = name.split(".")[0] in {known.split(".")[0] for known in catalogue()}
    parts = re.split(r"[._\s]+", name.rpartition(".")[2] if ours else name)
    words = " ".join(UPPER.get(part, part) for part in parts).strip() or name
    return words[:1].upper() + words[1:]


def timeline(request: TenantRequest, events: EventQuerySet, *, of_company: bool) -> Panel | None:
    """The panel, or None where the actor may not see timelines."""
    if not request.actor.may(Permission.SEE_TIMELINE):
        return None
    asked = request.GET.get("before", "")
    rows = _before(events, asked).latest_first().select_related("identity__person", "company")[: LINES + 1]
    found = list(rows)
    context: dict[str, Any] = {
        "lines": [_line(event, of_company) for event in found[:LINES]],
        "older": _address(request, found[LINES - 1]) if len(found) > LINES else "",
        "latest": f"{request.path}#timeline" if asked else "",
    }
    return Panel("Timeline", "journeys/admin/timeline.html", context, layout="main", icon="timeline")


def _line(event: Event, of_company: bool) -> dict[str, Any]:
    person = event.identity.person if event.identity else None
    who = person if of_company else event.company
    return {
        "words": words_of(event.name),
        "at": event.occurred_at,
        "value": event.value,
        "channel": event.channel,
        "who": who,
        "url": reverse("admin:journeys_event_change", args=[event.pk]),
    }


def _address(request: TenantRequest, last: Event) -> str:
    before = urlencode({"before": f"{last.occurred_at.isoformat()}~{last.pk}"})
    return f"{request.path}?{before}#timeline"


def _before(events: EventQuerySet, asked: str) -> EventQuerySet:
    """What came before the line that is named; everything where none is, or one that is no line."""
    moment, _, key = asked.partition("~")
    try:
        at, last = datetime.fromisoformat(moment), UUID(key)
    except ValueError:
        return events
    if at.tzinfo is None:
        return events
    return events.filter(Q(occurred_at__lt=at) | Q(occurred_at=at, pk__lt=last), occurred_at__lte=at)
