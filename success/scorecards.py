"""Scorecards: which measures make up health. A new version is published whole; an old one never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import isfinite

from django.core.validators import slug_re
from django.db import connection, transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Invalid
from accounts.events import emit
from accounts.permissions import Permission
from success import checks
from success.events import ScorecardPublished
from success.models import FeatureName, Measure, Scorecard

MOST = 30
"""Measures on one scorecard."""

_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' scorecards', 0))"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDraft:
    """A measure as somebody describes it; `curve` has points (value, 0-100) by rising value."""

    key: str
    title: str
    feature: str
    curve: Sequence[tuple[float, float]]
    weight: float
    max_age_days: int | None = None


DEFAULT = (
    MeasureDraft(
        key="usage_trend",
        title="Usage trend",
        feature=FeatureName.USAGE_TREND,
        curve=[(-1, 0), (-0.5, 25), (-0.1, 70), (0, 80), (0.3, 100)],
        weight=20,
        max_age_days=56,
    ),
    MeasureDraft(
        key="days_since_seen",
        title="Days since last seen",
        feature=FeatureName.DAYS_SINCE_SEEN,
        curve=[(2, 100), (7, 85), (14, 60), (30, 25), (60, 0)],
        weight=20,
    ),
    MeasureDraft(
        key="breadth",
        title="People active",
        feature=FeatureName.BREADTH,
        curve=[(0, 0), (1, 45), (3, 75), (6, 100)],
        weight=15,
    ),
    MeasureDraft(
        key="nps",
        title="NPS",
        feature=FeatureName.NPS,
        curve=[(-100, 0), (0, 50), (50, 85), (100, 100)],
        weight=10,
        max_age_days=180,
    ),
    MeasureDraft(
        key="csat",
        title="CSAT",
        feature=FeatureName.CSAT,
        curve=[(0, 0), (50, 40), (80, 80), (100, 100)],
        weight=10,
        max_age_days=180,
    ),
    MeasureDraft(
        key="rating",
        title="Rating",
        feature=FeatureName.RATING,
        curve=[(1, 0), (5, 30), (7, 60), (9, 95), (10, 100)],
        weight=10,
        max_age_days=180,
    ),
    MeasureDraft(
        key="support_load",
        title="Support load",
        feature=FeatureName.SUPPORT_LOAD,
        curve=[(0, 100), (2, 85), (5, 50), (10, 15), (20, 0)],
        weight=10,
    ),
    MeasureDraft(
        key="renewal_nearness",
        title="Days to renewal",
        feature=FeatureName.RENEWAL_NEARNESS,
        curve=[(-30, 0), (0, 25), (30, 55), (90, 100)],
        weight=5,
    ),
)
"""What every tenant begins with: 65 % of it is what people do, 30 % what they say, 5 % the calendar."""


@transaction.atomic
def install_default(*, by: Actor) -> Scorecard:
    """Publish the default scorecard, unless there is one."""
    by.require(Permission.MANAGE_SCORECARDS)
    return Scorecard.objects.current().first() or publish("Health", DEFAULT, by=by)


@transaction.atomic
def publish(title: str, measures: Sequence[MeasureDraft], *, by: Actor) -> Scorecard:
    """Put a new version in force; `rollout` then scores every account with it."""
    by.require(Permission.MANAGE_SCORECARDS)
    _check(title, measures)
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)
    latest = Scorecard.objects.order_by("-version").first()
    Scorecard.objects.current().update(is_current=False)
    scorecard = Scorecard.objects.create(
        version=latest.version + 1 if latest else 1,
        title=title,
        published_at=timezone.now(),
        published_by_id=by.id if by.kind == "user" else None,
    )
    Measure.objects.bulk_create(
        Measure(
            scorecard=scorecard,
            key=draft.key,
            title=draft.title,
            feature=draft.feature,
            curve=[[float(x), float(y)] for x, y in draft.curve],
            weight=float(draft.weight),
            max_age_days=draft.max_age_days,
            position=position,
        )
        for position, draft in enumerate(measures)
    )
    emit(ScorecardPublished(scorecard_id=scorecard.pk, scorecard_version=scorecard.version), by=by)
    return scorecard


def in_force(moment: datetime) -> Scorecard | None:
    """The version in force just before the moment; the first one also for the days before it."""
    versions = Scorecard.objects.prefetch_related("measures")
    published = versions.filter(published_at__lt=moment).order_by("-version").first()
    return published or versions.order_by("version").first()


def _check(title: str, measures: Sequence[MeasureDraft]) -> None:
    checks.text("title", title, 200, needed=True)
    if not 0 < len(measures) <= MOST:
        raise Invalid(f"A scorecard has 1 to {MOST} measures.", field="measures")
    for name in ("key", "feature"):
        given = [getattr(draft, name) for draft in measures]
        for index, value in enumerate(given):
            if value in given[:index]:
                raise Invalid("Each measure has its own.", field=f"measures.{index}.{name}")
    for index, draft in enumerate(measures):
        checks.text(f"measures.{index}.title", draft.title, 120, needed=True)
        for name, problem in _problems(draft):
            raise Invalid(problem, field=f"measures.{index}.{name}")


def _problems(draft: MeasureDraft) -> list[tuple[str, str]]:
    wrong = []
    if not slug_re.match(draft.key) or len(draft.key) > 40:
        wrong.append(("key", "Use letters, digits, _ and -, at most 40."))
    if draft.feature not in FeatureName.values:
        wrong.append(("feature", f"Use one of {', '.join(FeatureName.values)}."))
    if not _is_plain(draft.weight) or not 0 < draft.weight <= 1000:
        wrong.append(("weight", "A weight is above 0 and at most 1000, with at most 4 decimals."))
    if draft.max_age_days is not None and not 0 < draft.max_age_days <= 3650:
        wrong.append(("max_age_days", "A maximum age is 1 to 3650 days."))
    if problem := _curve_problem(draft.curve):
        wrong.append(("curve", problem))
    return wrong


def _curve_problem(curve: Sequence[tuple[float, float]]) -> str | None:
    if not 2 <= len(curve) <= 20 or any(len(point) != 2 for point in curve):
        return "A curve has 2 to 20 points of two numbers."
    if not all(_is_plain(number) for point in curve for number in point):
        return "Numbers are within a million, with at most 4 decimals."
    xs, ys = [x for x, _ in curve], [y for _, y in curve]
    if any(after <= before for before, after in pairwise(xs)):
        return "The values of a curve rise from point to point."
    if any(not 0 <= y <= 100 for y in ys):
        return "A curve ends in points of 0 to 100."
    return None


def _is_plain(number: float) -> bool:
    """Whether it can be calculated with in every database without overflow or underflow."""
    return isfinite(number) and abs(number) <= 1_000_000 and round(number, 4) == number
