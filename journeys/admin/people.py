"""People."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from accounts.actor import Actor
from accounts.admin.base import TenantModelAdmin
from accounts.admin.filters import MomentFilter, StandingFilter
from accounts.admin.forms import Data, VerbForm, dress
from accounts.admin.navigation import Place, Practice
from accounts.admin.site import site
from accounts.permissions import Permission
from journeys import people
from journeys.admin.deeds import JOINING, archiving, entering
from journeys.models import Affiliation, Person, Stage
from journeys.people import PersonChanges, PersonDraft


class PersonForm(VerbForm):
    """A person, as somebody types them in."""

    user_id = forms.CharField(
        max_length=200, required=False, label="Your own id", help_text="By which your programs know them."
    )

    class Meta:
        model = Person
        fields = ("name", "email", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class ArchivedFilter(StandingFilter):
    """Active or archived."""

    title = "state"
    field = "archived_at"
    words = ("Active", "Archived")


class StageFilter(DropdownFilter):
    """In which stage they are now."""

    title = "stage"
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The tenant's stages."""
        return list(Stage.objects.visible_to(request.actor).values_list("key", "title"))  # type: ignore[attr-defined]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow the list."""
        return queryset.in_stage(self.value()) if self.value() else queryset


@admin.register(Person, site=site)
class PersonAdmin(TenantModelAdmin):
    """People are typed in here one at a time; programs send them by the thousand."""

    place = Place(Practice.CUSTOMERS, 10, "person")
    add = Permission.CHANGE_PEOPLE
    change = Permission.CHANGE_PEOPLE
    is_searched = True
    form = PersonForm
    list_display = ["who", "email", "company", "last_seen_at", "archived_at"]
    list_filter = [ArchivedFilter, StageFilter, ("last_seen_at", MomentFilter)]
    search_fields = ["name", "email"]
    search_help_text = "Name or e-mail address"
    ordering = ["name", "id"]
    add_fieldsets = ((None, {"fields": ("name", "email", "phone", "user_id")}),)
    fieldsets = ((None, {"fields": ("name", "email", "phone", "first_seen_at", "last_seen_at")}),)
    readonly_fields = ("first_seen_at", "last_seen_at")
    acts = (entering(Permission.CHANGE_PEOPLE), JOINING, *archiving(people, Permission.CHANGE_PEOPLE))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """With the company that each mainly belongs to: one query for all."""
        homes = Affiliation.objects.open().primary().select_related("company")
        return (
            super().get_queryset(request).prefetch_related(Prefetch("affiliations", homes, to_attr="homes"))
        )

    def write(self, actor: Actor, row: Person | None, data: Data) -> Person:
        """Make a person known, or change what is known of them."""
        if row is None:
            return people.create(PersonDraft(**data), by=actor)
        changes = PersonChanges(name=data["name"], email=data["email"], phone=data["phone"])
        return people.update(row, changes, by=actor)

    @admin.display(description="name", ordering="name")
    def who(self, row: Person) -> str:
        return str(row)

    @admin.display(description="company")
    def company(self, row: Person) -> str:
        return ", ".join(str(home.company) for home in row.homes)  # type: ignore[attr-defined]
