"""What every model's admin does here: permissions from the actor, changes through verbs, bounded lists."""

from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

from django.contrib.admin import ShowFacets, SimpleListFilter
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.forms import BaseForm, Field
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from accounts.actor import Actor
from accounts.admin.acts import ActingMixin
from accounts.admin.choosing import Chooser
from accounts.admin.forms import Data, VerbForm
from accounts.admin.navigation import Place
from accounts.admin.panels import Panel, panels_of
from accounts.middleware import TenantRequest
from accounts.models.base import TenantQuerySet
from accounts.permissions import Permission

PER_PAGE = 50
LISTED_AT_MOST = 10_000


class BoundedPaginator(Paginator):
    """Pages of the first ten thousand rows: counting millions would cost more than showing fifty of them."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, or the bound."""
        rows = self.object_list
        if isinstance(rows, models.QuerySet):
            return rows.order_by()[:LISTED_AT_MOST].count()
        return min(len(rows), LISTED_AT_MOST)


class BoundedList(ChangeList):
    """A list that says how many it found, and does not count what it leaves out."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


class TenantModelAdmin(ActingMixin, ModelAdmin):
    """The admin of one kind of row.

    Whether it is seen is the queryset's own permission; `add` and `change` name what making and editing take.
    Saving calls `write`, which calls a verb; rows are never deleted here, and nothing is written to Django's
    log: the outbox is the audit trail.
    """

    place: ClassVar[Place | None] = None
    add: ClassVar[Permission | None] = None
    change: ClassVar[Permission | None] = None
    is_searched: ClassVar[bool] = False
    is_read_first: ClassVar[bool] = False
    """Whether a row's page is its panels alone, and every change a deed."""

    form = VerbForm
    actions = ()
    change_form_template = "unison/record.html"
    paginator = BoundedPaginator
    list_per_page = PER_PAGE
    list_max_show_all = PER_PAGE
    list_filter_submit = True
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    view_on_site = False
    save_on_top = False

    @property
    def see(self) -> Permission:
        """What it takes to see these rows."""
        rows = self.model._default_manager.all()
        assert isinstance(rows, TenantQuerySet)  # noqa: S101 - a model without one cannot be shown
        return rows.see

    def write(self, actor: Actor, row: Any, data: Data) -> models.Model:
        """Make a row (`row` is None) or change it, by a verb."""
        raise PermissionDenied

    # Permissions: asked of the actor, and of nobody else.
    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _actor(request).may(self.see)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.add is not None and _actor(request).may(self.add)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.change is not None and _actor(request).may(self.change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # Reading.
    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = super().get_queryset(request)
        return rows.visible_to(_actor(request)) if isinstance(rows, TenantQuerySet) else rows

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only what the actor may see."""
        related = db_field.remote_field.model._default_manager.all()
        if "queryset" not in kwargs and isinstance(related, TenantQuerySet):
            kwargs["queryset"] = related.visible_to(_actor(request))
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = Chooser(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Field | None:
        """No buttons beside a choice that would open another form in a pop-up."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what a filter of the list asks: no other field, no regular expression, no path elsewhere."""
        return lookup in {name for one in self.get_list_filter(request) for name in _asked_by(one)}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Forms begin empty: an address fills nothing in."""
        return {}

    # Pages.
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of a row: what apps tell about it, its buttons, and its form."""
        plain = {"show_save_and_continue": False, "show_save_and_add_another": False}
        response = super().changeform_view(request, object_id, form_url, {**plain, **(extra_context or {})})
        context = response.context_data if isinstance(response, TemplateResponse) else None
        if context and (row := context.get("original")) is not None:
            context.update(self.page_of(request, row))  # type: ignore[arg-type]
        return response

    def page_of(self, request: TenantRequest, row: Any) -> dict[str, Any]:
        """What the page of a row shows besides its form."""
        return {
            "actions_detail": self.buttons(request, row),
            "panels": self.panels_of(request, row),
            "is_read_first": self.is_read_first,
        }

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A row's history is in the audit trail."""
        try:
            trail = reverse("admin:integrations_outboxevent_changelist")
        except NoReverseMatch as nowhere:
            raise Http404 from nowhere
        return HttpResponseRedirect(f"{trail}?q={object_id}")

    def panels_of(self, request: TenantRequest, row: Any) -> list[Panel]:
        """The panels of a row's page."""
        return panels_of(self.opts.label_lower, request, row)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedList]:
        return BoundedList

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go to the list; what may be shown only once is shown first."""
        if done := getattr(obj, "shown_once", None):
            return self.say(request, obj, done)  # type: ignore[arg-type]
        return super().response_add(request, obj, post_url_continue)

    # Saving: the form has called the verb already, so that a refusal could be shown in it.
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.perform = partial(self.write, _actor(request))
        return form

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing is left to be saved."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is left to be saved."""

    def construct_change_message(
        self, request: HttpRequest, form: BaseForm, formsets: Any, add: bool = False
    ) -> list[dict[str, dict[str, list[str]]]]:
        """None: the verb has told."""
        return []

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Not here."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Not here."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Not here."""


PARTS = ("", "_from", "_to", "_from_0", "_from_1", "_to_0", "_to_1",
         "__exact", "__id__exact", "__isempty", "__isnull")  # fmt: skip
"""What Django's and Unfold's filters put after a field's name in an address."""


def _asked_by(one: Any) -> Iterator[str]:
    if isinstance(one, type) and issubclass(one, SimpleListFilter):
        yield str(one.parameter_name)
        return
    field = one[0] if isinstance(one, tuple | list) else one
    yield from (f"{field}{part}" for part in PARTS)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # every request of ours has one
    return actor
