"""What journeys tells on the pages of people and companies, and on the dashboard."""

from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from accounts.admin import words
from accounts.admin.charts import Columns, Point, ceiling_of
from accounts.admin.panels import DASHBOARD, Panel, shown_on
from accounts.middleware import TenantRequest
from accounts.permissions import Permission
from journeys.admin.timeline import timeline
from journeys.incoming import OUR_APPS
from journeys.models import Affiliation, Company, DailyRollup, Event, Identity, Person, StageVisit

PERSON, COMPANY = "journeys.person", "journeys.company"
DAYS = 30
MOST_PEOPLE = 12


@shown_on(PERSON, order=10)
def person_timeline(request: TenantRequest, person: Person) -> Panel | None:
    """What they did, and what was done."""
    return timeline(request, Event.objects.of_person(person), of_company=False)


@shown_on(PERSON, order=20)
def belonging(request: TenantRequest, person: Person) -> Panel | None:
    """By what we know them, where they belong, and which way they went."""
    actor = request.actor
    affiliations = Affiliation.objects.visible_to(actor).filter(person=person).select_related("company")
    visits = StageVisit.objects.visible_to(actor).filter(person=person).select_related("stage")
    context: dict[str, Any] = {
        "affiliations": affiliations.order_by("until", "-is_primary"),
        "identities": Identity.objects.visible_to(actor).filter(person=person),
        "visits": visits.order_by("-entered_at"),
        "traits": person.traits,
    }
    return Panel("What we know", "journeys/admin/belonging.html", context, layout="aside", icon="badge")


@shown_on(COMPANY, order=10)
def company_timeline(request: TenantRequest, company: Company) -> Panel | None:
    """What happened in it."""
    return timeline(request, Event.objects.of_company(company), of_company=True)


@shown_on(COMPANY, order=20)
def people_of(request: TenantRequest, company: Company) -> Panel | None:
    """Who belongs to it, those last seen first."""
    if not request.actor.may(Permission.SEE_PEOPLE):
        return None
    rows = (
        Affiliation.objects.visible_to(request.actor).open().filter(company=company).select_related("person")
    )
    found = list(rows.order_by("-person__last_seen_at")[: MOST_PEOPLE + 1])
    context = {"affiliations": found[:MOST_PEOPLE], "are_more": len(found) > MOST_PEOPLE}
    return Panel("People", "journeys/admin/people.html", context, layout="aside", icon="group")


@shown_on(COMPANY, order=60)
def traits_of(request: TenantRequest, company: Company) -> Panel | None:
    """What the tenant tells of it, and which way it went."""
    visits = StageVisit.objects.visible_to(request.actor).filter(company=company).select_related("stage")
    context = {"traits": company.traits, "visits": visits.order_by("-entered_at")}
    return Panel("What we know", "journeys/admin/belonging.html", context, layout="aside", icon="badge")


@shown_on(DASHBOARD, order=90)
def events_per_day(request: TenantRequest, row: None) -> Panel | None:
    """How much customers did, day by day."""
    if not request.actor.may(Permission.SEE_TIMELINE):
        return None
    today = timezone.localdate()
    first = today - timedelta(days=DAYS - 1)
    rows = DailyRollup.objects.visible_to(request.actor).between(first, today).not_named_by(OUR_APPS)
    counts = dict(rows.order_by().values_list("day").annotate(Sum("count")))
    days = [first + timedelta(days=i) for i in range(DAYS)]
    points = [Point(words.day(day), counts.get(day, 0), words.number(counts.get(day, 0))) for day in days]
    top = ceiling_of([point.value or 0 for point in points])
    levels = [(words.number(top), top), (words.number(top / 2), top / 2)] if top else []
    chart = Columns("Events per day", points, ("Day", "Events"), high=top or 1.0, levels=levels)
    note = (
        f"Events of the last {DAYS} days by the day on which they happened, in your time zone. What Unison"
        " itself writes down is not counted."
    )
    return Panel(
        "Events per day", "unison/panels/chart.html", {"chart": chart}, note, layout="aside", icon="bar_chart"
    )
