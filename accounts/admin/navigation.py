"""The sidebar: what the actor may see, grouped by practice."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.urls import reverse

from accounts.admin.site import site
from accounts.middleware import TenantRequest


class Practice(StrEnum):
    """A group of the sidebar; in their order."""

    CUSTOMERS = "Customers"
    SUCCESS = "Customer success"
    EXPERIENCE = "Customer experience"
    INTEGRATIONS = "Integrations"
    SETTINGS = "Settings"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands in the sidebar, and with which icon."""

    practice: Practice
    order: int
    icon: str
    title: str = ""


def sidebar(request: TenantRequest) -> list[dict[str, Any]]:
    """The groups and entries that Unfold shows."""
    found: dict[Practice, list[tuple[int, dict[str, Any]]]] = {practice: [] for practice in Practice}
    for model, admin in site._registry.items():
        place: Place | None = getattr(admin, "place", None)
        if place is None or not admin.has_view_permission(request):
            continue
        link = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        title = place.title or str(model._meta.verbose_name_plural).capitalize()
        found[place.practice].append((place.order, entry(request, title, place.icon, link)))
    graphql = entry(request, "GraphQL explorer", "data_object", "/graphql/")
    found[Practice.INTEGRATIONS].append((90, graphql))
    dashboard = entry(request, "Dashboard", "space_dashboard", reverse("admin:index"))
    dashboard["active"] = request.path == dashboard["link"]
    groups: list[dict[str, Any]] = [{"title": None, "items": [dashboard]}]
    for practice, entries in found.items():
        items = [item for _, item in sorted(entries, key=lambda pair: pair[0])]
        groups.append({"title": practice.value, "separator": False, "items": items})
    return groups


def entry(request: TenantRequest, title: str, icon: str, link: str) -> dict[str, Any]:
    """One line of the sidebar."""
    return {"title": title, "icon": icon, "link": link, "active": request.path.startswith(link)}
