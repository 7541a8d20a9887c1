"""What success tells on the dashboard: how the accounts do, what is at stake, what comes up, what changed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Subquery, Sum
from django.urls import reverse

from accounts.admin import words
from accounts.admin.charts import Point, Stack
from accounts.admin.panels import DASHBOARD, Panel, shown_on
from accounts.admin.tables import Cell, Table, figure, table_panel
from accounts.middleware import TenantRequest
from accounts.permissions import Permission
from success import metrics
from success.admin.words import score as shown
from success.days import today
from success.metrics import HealthDistribution, RecurringRevenue, RenewalsAhead, Revenue
from success.models import BANDS, Account, HealthRecord
from success.models.accounts import AccountQuerySet
from success.scoring import Band

SHOWN = 8
AHEAD_DAYS = 90
CHANGED_DAYS = 7
NAMES = dict(BANDS)


def _visible(request: TenantRequest, *, with_health: bool = True) -> AccountQuerySet | None:
    """The open accounts, or None where the actor may not see what a panel needs."""
    actor = request.actor
    if not actor.may(Permission.SEE_ACCOUNTS) or (with_health and not actor.may(Permission.SEE_HEALTH)):
        return None
    return Account.objects.visible_to(actor).open()


@shown_on(DASHBOARD, order=10)
def at_a_glance(request: TenantRequest, row: None) -> Panel | None:
    """Revenue and accounts, and how much of both is at risk."""
    accounts = _visible(request)
    if accounts is None:
        return None
    revenue = metrics.recurring_revenue(accounts)
    risky = accounts.filter(health__band=Band.AT_RISK.value).exclude(company__recurring_revenue=None)
    at_risk = [
        Revenue(currency, amount, number)
        for currency, amount, number in risky.order_by("company__currency")
        .values_list("company__currency")
        .annotate(Sum("company__recurring_revenue"), Count("pk"))
    ]
    tiles = [
        ("Recurring revenue per year", _money(revenue.totals), _from(revenue.totals)),
        ("of which at risk", _money(at_risk), _from(at_risk)),
    ]
    note = (
        f"{RecurringRevenue.definition} At risk: of the accounts whose health is in the band “at risk” now."
    )
    context = {"tiles": tiles}
    return Panel("At a glance", "success/admin/tiles.html", context, note, layout="main", icon="payments")


@shown_on(DASHBOARD, order=20)
def distribution(request: TenantRequest, row: None) -> Panel | None:
    """The accounts by band of health."""
    accounts = _visible(request)
    if accounts is None:
        return None
    found = metrics.health_distribution(accounts)
    counts = [("Healthy", found.healthy, "healthy"), ("Watch", found.watch, "watch"),
              ("At risk", found.at_risk, "at_risk"), ("Not known", found.unknown, "unknown")]  # fmt: skip
    points = [Point(name, count, _share(count, found.n), tone) for name, count, tone in counts]
    chart = Stack("Accounts by health", points, ("Health", "Accounts"), high=float(found.n or 1))
    context: dict[str, Any] = {"chart": chart, "n": found.n}
    note = HealthDistribution.definition
    return Panel(
        "Health of all accounts",
        "success/admin/distribution.html",
        context,
        note,
        layout="aside",
        icon="monitor_heart",
    )


@shown_on(DASHBOARD, order=30)
def at_risk(request: TenantRequest, row: None) -> Panel | None:
    """The accounts at risk, those with the most revenue first."""
    accounts = _visible(request)
    if accounts is None:
        return None
    risky = accounts.filter(health__band=Band.AT_RISK.value).select_related("company", "health", "owner")
    rows = [
        [
            Cell(str(account.company), _address(account.pk)),
            figure(shown(account.health.score)),
            figure(words.money(account.company.recurring_revenue, account.company.currency)),
            Cell(words.day(account.company.renewal_on)),
            Cell(str(account.owner) if account.owner else "nobody"),
        ]
        for account in risky.order_by(F("company__recurring_revenue").desc(nulls_last=True), "pk")[:SHOWN]
    ]
    everywhere = f"{reverse('admin:success_account_changelist')}?band=at_risk&standing=now"
    table = Table(
        ["Account", "Score", "Revenue per year", "Renewal", "Owner"],
        rows,
        empty="No account is at risk.",
        more=("All accounts at risk", everywhere) if rows else ("", ""),
        figures=(1, 2),
    )
    note = "Open accounts with a health score below 50, by recurring revenue."
    return table_panel("Accounts at risk", table, note=note, layout="main", icon="warning")


@shown_on(DASHBOARD, order=35)
def renewals(request: TenantRequest, row: None) -> Panel | None:
    """The contracts that come up for renewal, the next one first."""
    accounts = _visible(request, with_health=False)
    if accounts is None:
        return None
    ahead = metrics.renewals_ahead(accounts, within_days=AHEAD_DAYS)
    shown = ahead.renewals[:SHOWN]
    names = dict(accounts.filter(pk__in=[one.account_id for one in shown]).values_list("pk", "company__name"))
    sees_health = request.actor.may(Permission.SEE_HEALTH)
    table = Table(
        ["Account", "Renewal", "Revenue per year", *(["Health"] if sees_health else [])],
        [
            [
                Cell(names.get(one.account_id, ""), _address(one.account_id)),
                Cell(words.day(one.ends_on), small=words.days_until(one.ends_on, ahead.day)),
                figure(words.money(one.recurring_revenue, one.currency)),
                *(
                    [Cell(NAMES.get(one.band, "Not known"), band=one.band or "unknown")]
                    if sees_health
                    else []
                ),
            ]
            for one in shown
        ],
        empty=f"Nothing comes up within {AHEAD_DAYS} days.",
        figures=(2,),
    )
    title = f"Renewals in the next {AHEAD_DAYS} days: {len(ahead.renewals)} worth {_money(ahead.totals)}"
    return table_panel(title, table, note=RenewalsAhead.definition, layout="main", icon="event_repeat")


@shown_on(DASHBOARD, order=50)
def changed(request: TenantRequest, row: None) -> Panel | None:
    """The accounts that are in another band than a week ago."""
    accounts = _visible(request)
    if accounts is None:
        return None
    then = today() - timedelta(days=CHANGED_DAYS)
    earlier = HealthRecord.objects.filter(account=OuterRef("pk"), day__lte=then).order_by("-day")
    moved = (
        accounts.select_related("company", "health")
        .annotate(was=Subquery(earlier.values("band")[:1]), was_score=Subquery(earlier.values("score")[:1]))
        .filter(was__isnull=False)
        .exclude(was=F("health__band"))
        .order_by("-health__scored_at", "pk")
    )
    rows = [
        [
            Cell(str(account.company), _address(account.pk)),
            Cell(NAMES.get(account.was, "Not known"), band=account.was or "unknown"),
            Cell(account.health.get_band_display() or "Not known", band=account.health.band or "unknown"),
        ]
        for account in moved[:SHOWN]
    ]
    table = Table(["Account", "Was", "Is"], rows, empty="Every account is in the band it was in.")
    note = (
        f"Open accounts whose band of health differs from that of {CHANGED_DAYS} days ago, the latest first."
    )
    return table_panel("Changes of health", table, note=note, layout="aside", icon="swap_vert")


def _address(account: Any) -> str:
    return reverse("admin:success_account_change", args=[account])


def _money(totals: Sequence[Revenue]) -> str:
    return ", ".join(words.money(total.amount, total.currency) for total in totals) or words.NONE


def _from(totals: Sequence[Revenue]) -> str:
    number = sum(total.accounts for total in totals)
    return f"from {number:,} account{'' if number == 1 else 's'} with a contract"


def _share(count: int, whole: int) -> str:
    return f"{count:,} ({100 * count / whole:.0f} %)" if whole else "0"
