"""Companies."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from accounts.actor import Actor
from accounts.admin import words
from accounts.admin.base import TenantModelAdmin
from accounts.admin.filters import DayFilter
from accounts.admin.forms import Data, VerbForm
from accounts.admin.navigation import Place, Practice
from accounts.admin.site import site
from accounts.permissions import Permission
from journeys import companies
from journeys.admin.deeds import archiving, entering
from journeys.admin.people import ArchivedFilter, StageFilter
from journeys.companies import CompanyChanges, CompanyDraft
from journeys.models import Company


class CompanyForm(VerbForm):
    """A company, as somebody types it in."""

    class Meta:
        model = Company
        fields = ("name", "domain", "key")


@admin.register(Company, site=site)
class CompanyAdmin(TenantModelAdmin):
    """Companies, with what customer success says of them."""

    place = Place(Practice.CUSTOMERS, 20, "domain")
    add = Permission.CHANGE_COMPANIES
    change = Permission.CHANGE_COMPANIES
    is_searched = True
    form = CompanyForm
    list_display = ["name", "standing", "tier", "revenue", "renewal_on", "owner"]
    list_filter = [
        ArchivedFilter,
        ("is_customer", BooleanRadioFilter),
        StageFilter,
        ("renewal_on", DayFilter),
    ]
    list_select_related = ["owner"]
    search_fields = ["name", "domain", "key"]
    search_help_text = "Name, domain or your own id"
    ordering = ["name", "id"]
    fields = ("name", "domain", "key")
    acts = (entering(Permission.CHANGE_COMPANIES), *archiving(companies, Permission.CHANGE_COMPANIES))

    def write(self, actor: Actor, row: Company | None, data: Data) -> Company:
        """Make a company known, or change what is known of it."""
        if row is None:
            return companies.create(CompanyDraft(**data), by=actor)
        changes = CompanyChanges(name=data["name"], domain=data["domain"], key=data["key"])
        return companies.update(row, changes, by=actor)

    @display(
        description="standing", label={"Customer": "success", "Archived": "danger"}, ordering="is_customer"
    )
    def standing(self, row: Company) -> str:
        if row.archived_at:
            return "Archived"
        return "Customer" if row.is_customer else "No customer"

    @admin.display(description="revenue per year", ordering="recurring_revenue")
    def revenue(self, row: Company) -> str:
        return words.money(row.recurring_revenue, row.currency)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Archived companies are found in the list, and not offered in forms."""
        rows, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.path.endswith("/autocomplete/"):
            rows = rows.filter(archived_at=None)
        return rows, may_repeat
