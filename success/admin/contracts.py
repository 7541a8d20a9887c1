"""Contracts, in versions."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from unfold.decorators import display

from accounts.actor import Actor
from accounts.admin import words
from accounts.admin.acts import Act, Done
from accounts.admin.base import TenantModelAdmin
from accounts.admin.filters import DayFilter, StandingFilter
from accounts.admin.forms import ActForm, Data
from accounts.admin.navigation import Place, Practice
from accounts.admin.panels import Panel, shown_on
from accounts.admin.site import site
from accounts.admin.tables import Cell, Table, figure, table_panel
from accounts.middleware import TenantRequest
from accounts.permissions import Permission
from success import contracts
from success.contracts import NewTerms
from success.models import Contract

CHANGE = Permission.CHANGE_CONTRACTS


class TermsForm(ActForm):
    """Other terms; what is left empty stays."""

    recurring_revenue = forms.DecimalField(
        label="Revenue per year", min_value=0, max_digits=14, decimal_places=2, required=False
    )
    starts_on = forms.DateField(label="Starts on", required=False)
    ends_on = forms.DateField(label="Ends on", required=False)
    row: Contract


class AmendmentForm(TermsForm):
    """The terms as they are, to be changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {
            name: getattr(self.row, name) for name in ("recurring_revenue", "starts_on", "ends_on")
        }


class RenewalForm(TermsForm):
    """The terms of the contract that follows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        length = min(self.row.ends_on - self.row.starts_on, date.max - self.row.ends_on)
        self.initial = {
            "recurring_revenue": self.row.recurring_revenue,
            "starts_on": self.row.ends_on,
            "ends_on": self.row.ends_on + length,
        }


class EndForm(ActForm):
    """The last day of it."""

    ends_on = forms.DateField(label="Ends on", help_text="The first day on which it no longer runs.")
    row: Contract

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"ends_on": self.row.ends_on}


def _amend(row: Contract, data: Data, by: Actor) -> Done:
    made = contracts.amend(row, NewTerms(**data), by=by)
    return Done("The terms are changed. What was agreed before is kept.", about=made)


def _renew(row: Contract, data: Data, by: Actor) -> Done:
    made = contracts.renew(row, NewTerms(**data), by=by)
    return Done(f"Renewed until {words.day(made.ends_on)}.", about=made)


def _end(row: Contract, data: Data, by: Actor) -> Done:
    made = contracts.end(row, data["ends_on"], by=by)
    return Done(f"It ends on {words.day(data['ends_on'])}, and no renewal is expected.", about=made)


def _is_latest(row: Contract) -> bool:
    return row.superseded_at is None


class VersionFilter(StandingFilter):
    """What is agreed now, or was before."""

    title = "version"
    field = "superseded_at"
    words = ("Agreed now", "Earlier versions")


@admin.register(Contract, site=site)
class ContractAdmin(TenantModelAdmin):
    """Contracts are made on the account's page, and changed here."""

    place = Place(Practice.SUCCESS, 20, "contract")
    list_display = ["account", "revenue", "starts_on", "ends_on", "state", "recorded_at"]
    list_filter = [VersionFilter, ("ends_on", DayFilter)]
    list_select_related = ["account__company"]
    search_fields = ["account__company__name"]
    search_help_text = "Company"
    ordering = ["ends_on", "id"]
    fields = ("account", "revenue", "starts_on", "ends_on", "state", "recorded_at", "superseded_at")
    readonly_fields = fields
    acts = (
        Act(
            name="renew",
            title="Renew",
            explanation="A new contract begins where this one ends.",
            icon="autorenew",
            permission=CHANGE,
            form=RenewalForm,
            perform=_renew,
            fits=lambda row: _is_latest(row) and not row.is_final,
        ),
        Act(
            name="amend",
            title="Change terms",
            explanation="This makes a new version; what was agreed before is kept, and past figures stay.",
            icon="edit_document",
            permission=CHANGE,
            form=AmendmentForm,
            perform=_amend,
            fits=_is_latest,
        ),
        Act(
            name="end",
            title="End for good",
            explanation="It gets an end, and no renewal is expected.",
            icon="event_busy",
            permission=CHANGE,
            form=EndForm,
            perform=_end,
            fits=lambda row: _is_latest(row) and not row.is_final,
            is_dangerous=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("account__company")

    @admin.display(description="revenue per year", ordering="recurring_revenue")
    def revenue(self, row: Contract) -> str:
        return words.money(row.recurring_revenue, row.currency)

    @display(description="state", label={"Agreed": "success", "Ends for good": "warning"})
    def state(self, row: Contract) -> str:
        if row.superseded_at:
            return "Earlier version"
        return "Ends for good" if row.is_final else "Agreed"


@shown_on("success.contract", order=10)
def versions(request: TenantRequest, contract: Contract) -> Panel:
    """All versions of a contract, the latest first."""
    rows = (
        Contract.objects.visible_to(request.actor)
        .filter(agreement=contract.agreement)
        .order_by("-recorded_at")
    )
    table = Table(
        ["Recorded", "Revenue per year", "Starts on", "Ends on"],
        [
            [
                Cell(words.moment(row.recorded_at), reverse("admin:success_contract_change", args=[row.pk])),
                figure(words.money(row.recurring_revenue, row.currency)),
                Cell(words.day(row.starts_on)),
                Cell(words.day(row.ends_on)),
            ]
            for row in rows
        ],
        empty="",
        figures=(1,),
    )
    return table_panel("Versions", table, layout="wide", icon="history")
