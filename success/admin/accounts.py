"""Accounts: what we have with whom, and how it goes."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter

from accounts.actor import Actor
from accounts.admin import words
from accounts.admin.base import TenantModelAdmin
from accounts.admin.filters import DayFilter, StandingFilter
from accounts.admin.forms import Data, VerbForm
from accounts.admin.navigation import Place, Practice
from accounts.admin.panels import Panel, panels_of
from accounts.admin.site import site
from accounts.middleware import TenantRequest
from accounts.permissions import Permission
from success import accounts
from success.accounts import AccountDraft
from success.admin.deeds import DEEDS
from success.admin.page import COMPANY, account_of, banner_of
from success.admin.words import score as shown
from success.days import today
from success.models import BANDS, Account


class AccountForm(VerbForm):
    """The beginning of a working relationship."""

    fields_of = {"company_id": "company", "owner_id": "owner"}

    class Meta:
        model = Account
        fields = ("company", "owner", "tier", "opened_on")


class OpenFilter(StandingFilter):
    """Open or closed."""

    title = "state"
    field = "closed_on"
    words = ("Open", "Closed")


class BandFilter(DropdownFilter):
    """The band of health."""

    title = "health"
    parameter_name = "band"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The bands, and none."""
        return [*BANDS, ("none", "Not known")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        if not self.value() or not request.actor.may(Permission.SEE_HEALTH):  # type: ignore[attr-defined]
            return queryset
        return queryset.filter(health__band="" if self.value() == "none" else self.value())


class OwnerFilter(DropdownFilter):
    """Mine, or nobody's."""

    title = "owner"
    parameter_name = "owned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Whose."""
        return [("mine", "Mine"), ("nobody", "Nobody's")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        match self.value():
            case "mine":
                return queryset.filter(owner=request.actor.id)  # type: ignore[attr-defined]
            case "nobody":
                return queryset.filter(owner=None)
            case _:
                return queryset


@admin.register(Account, site=site)
class AccountAdmin(TenantModelAdmin):
    """The list of accounts, and the page of each: read first, changed by deeds."""

    place = Place(Practice.SUCCESS, 10, "handshake")
    add = Permission.CHANGE_ACCOUNTS
    is_searched = True
    form = AccountForm
    list_display = ["company", "band", "score", "revenue", "tier", "renewal", "owner", "opened_on"]
    list_filter = [OpenFilter, BandFilter, OwnerFilter, ("company__renewal_on", DayFilter)]
    list_select_related = ["company", "owner", "health"]
    search_fields = ["company__name", "company__domain", "company__key"]
    search_help_text = "Company"
    autocomplete_fields = ["company", "owner"]
    ordering = ["company__name", "id"]
    add_fieldsets = ((None, {"fields": ("company", "owner", "tier", "opened_on")}),)
    is_read_first = True
    acts = DEEDS

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("company", "owner", "health")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """An account opens today, unless said otherwise."""
        return {"opened_on": today()}

    def write(self, actor: Actor, row: Account | None, data: Data) -> Account:
        """Open an account."""
        owner, company = data["owner"], data["company"]
        draft = AccountDraft(
            company_id=company.pk, owner_id=owner.pk if owner else None, tier=data["tier"],
            opened_on=data["opened_on"],
        )  # fmt: skip
        return accounts.open(draft, by=actor)

    def page_of(self, request: TenantRequest, row: Account) -> dict[str, Any]:
        """The account's page begins with how it does, and why."""
        return {**super().page_of(request, row), "banner": banner_of(request, row)}

    def panels_of(self, request: TenantRequest, row: Account) -> list[Panel]:
        """What success tells of the account, then what everyone tells of its company."""
        about_company = panels_of(COMPANY, request, row.company, without=account_of)
        return [*super().panels_of(request, row), *about_company]

    @admin.display(description="health", ordering="health__score")
    def band(self, row: Account) -> SafeString:
        standing = row.health
        return format_html(
            '<span class="u-band {}">{}</span>', standing.band, standing.get_band_display() or "Not known"
        )

    @admin.display(description="score", ordering="health__score")
    def score(self, row: Account) -> str:
        return shown(row.health.score)

    @admin.display(description="revenue per year", ordering="company__recurring_revenue")
    def revenue(self, row: Account) -> str:
        return words.money(row.company.recurring_revenue, row.company.currency)

    @admin.display(description="renewal", ordering="company__renewal_on")
    def renewal(self, row: Account) -> str:
        return words.day(row.company.renewal_on)

    def get_list_display(self, request: HttpRequest) -> Any:
        """Health only for those who may see it."""
        shown = super().get_list_display(request)
        if request.actor.may(Permission.SEE_HEALTH):  # type: ignore[attr-defined]
            return shown
        return [name for name in shown if name not in {"band", "score"}]
