"""The page of an account: how it does, why, what changed, since when, and what is known of its company."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts.admin import words
from accounts.admin.charts import Line as Curve
from accounts.admin.charts import Point, Ring, Stack
from accounts.admin.panels import Panel, shown_on
from accounts.middleware import TenantRequest
from accounts.permissions import Permission
from success import explanations
from success.admin.words import score as shown
from success.admin.words import seen
from success.days import today
from success.explanations import Difference, Explanation
from success.models import BANDS, Account, Contract, HealthOverride, HealthRecord

COMPANY = "journeys.company"
TREND_DAYS = 180
LEVELS = (("Healthy 75", 75.0), ("Watch 50", 50.0))
HUES = 8


def banner_of(request: TenantRequest, account: Account) -> Panel | None:
    """The score, its band and how much of it is known; then what it is made of."""
    if not request.actor.may(Permission.SEE_HEALTH):
        return None
    explanation = explanations.explain(account, by=request.actor)
    band = explanation.band if explanation else ""
    score = explanation.score if explanation else None
    context: dict[str, Any] = {
        "ring": Ring(None if score is None else float(score), shown(score), band or "unknown"),
        "band": band or "unknown",
        "band_words": dict(BANDS).get(band, "Not known"),
        "explanation": explanation,
        "coverage": words.number(explanation.coverage * 100) if explanation else "0",
        "override": _override(request, account),
        "stack": _stack(explanation) if explanation else None,
        "lines": list(_lines(explanation)) if explanation else [],
        "definition": Explanation.definition,
        "account": account,
    }
    return Panel("Health", "success/admin/health.html", context)


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure, in the words and shapes of the page."""

    title: str
    seen: str
    points: Decimal | None
    weight: str
    part: Decimal | None
    hue: str
    is_known: bool


def _lines(explanation: Explanation) -> Iterator[MeasureRow]:
    for number, line in enumerate(explanation.lines):
        yield MeasureRow(
            title=line.title,
            seen=seen(line),
            points=line.points,
            weight=words.number(line.weight, 0 if line.weight == int(line.weight) else 2),
            part=line.part,
            hue=f"hue-{number % HUES + 1}",
            is_known=line.part is not None,
        )


def _stack(explanation: Explanation) -> Stack:
    points = [
        Point(row.title, float(row.part), words.number(row.part, 2), row.hue)
        for row in _lines(explanation)
        if row.part is not None
    ]
    return Stack("What the score is made of, of 100", points, ("Measure", "Part of the score"))


def _override(request: TenantRequest, account: Account) -> HealthOverride | None:
    return HealthOverride.objects.visible_to(request.actor).open().filter(account=account).first()


@shown_on("success.account", order=10)
def trend(request: TenantRequest, account: Account) -> Panel | None:
    """The score of each day of the last half year."""
    if not request.actor.may(Permission.SEE_HEALTH):
        return None
    last, first = today(), today() - timedelta(days=TREND_DAYS - 1)
    records = HealthRecord.objects.visible_to(request.actor).filter(account=account, day__lte=last)
    before = records.filter(day__lt=first).order_by("-day").values_list("score", flat=True)[:1]
    within = dict(records.filter(day__gte=first).values_list("day", "score"))
    score, points = next(iter(before), None), []
    for number in range(TREND_DAYS):
        day = first + timedelta(days=number)
        score = within.get(day, score)
        points.append(Point(words.day(day), None if score is None else float(score), words.number(score, 2)))
    chart = Curve(f"Health, the last {TREND_DAYS} days", points, ("Day", "Score"), levels=LEVELS)
    note = "A day's score is the last at or before it; a score set by hand is shown as such above."
    return Panel(
        "Trend", "unison/panels/chart.html", {"chart": chart}, note, layout="main", icon="show_chart"
    )


@shown_on("success.account", order=20)
def changes(request: TenantRequest, account: Account) -> Panel | None:
    """Why the score differs from that of yesterday, and of a month ago."""
    if not request.actor.may(Permission.SEE_HEALTH):
        return None
    now = today()
    spans = [("Since yesterday", 1), ("Since 30 days ago", 30)]
    context = {"spans": [_span(request, account, title, now, days) for title, days in spans]}
    note = Difference.definition
    return Panel(
        "What changed", "success/admin/changes.html", context, note, layout="aside", icon="difference"
    )


def _span(request: TenantRequest, account: Account, title: str, now: date, days: int) -> dict[str, Any]:
    found = explanations.compare(account, before=now - timedelta(days=days), after=now, by=request.actor)
    if found is None:
        return {"title": title, "change": None}
    causes = [
        ("Other scorecard", found.configuration),
        ("Grown too old", found.staleness),
        ("What they did and said", found.behaviour),
        ("Set by hand", found.override),
    ]
    return {
        "title": title,
        "change": words.signed(found.change, 2),
        "before": words.number(found.before.score, 2),
        "after": words.number(found.after.score, 2),
        "causes": [(cause, words.signed(part, 2)) for cause, part in causes],
    }


@shown_on("success.account", order=30)
def terms(request: TenantRequest, account: Account) -> Panel:
    """Who looks after it, since when, and what is agreed."""
    agreed = Contract.objects.visible_to(request.actor).current().filter(account=account).order_by("-ends_on")
    now = today()
    contracts = [
        {
            "url": reverse("admin:success_contract_change", args=[contract.pk]),
            "money": words.money(contract.recurring_revenue, contract.currency),
            "span": f"{words.day(contract.starts_on)} to {words.day(contract.ends_on)}",
            "left": words.days_until(contract.ends_on, now),
            "is_final": contract.is_final,
            "is_over": contract.ends_on <= now,
        }
        for contract in agreed
    ]
    context = {"account": account, "contracts": contracts}
    return Panel("Account and contract", "success/admin/terms.html", context, layout="aside", icon="contract")


@shown_on(COMPANY, order=5)
def account_of(request: TenantRequest, company: Any) -> Panel | None:
    """The account with a company, on the company's page."""
    account = (
        Account.objects.visible_to(request.actor).filter(company=company).select_related("health").first()
    )
    if account is None:
        return None
    context = {
        "account": account,
        "url": reverse("admin:success_account_change", args=[account.pk]),
        "sees_health": request.actor.may(Permission.SEE_HEALTH),
        "score": shown(account.health.score),
        "band": account.health.band or "unknown",
        "band_words": account.health.get_band_display() or "Not known",
    }
    return Panel("Account", "success/admin/account.html", context, layout="aside", icon="handshake")
