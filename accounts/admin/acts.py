"""Deeds on a row that are more than an edit, such as archive or rotate: each a button, a page and a verb."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.enums import ActionVariant

from accounts.actor import Actor
from accounts.admin.forms import ActForm, Data
from accounts.errors import DomainError
from accounts.middleware import TenantRequest
from accounts.permissions import Permission


@dataclass(frozen=True, slots=True)
class Done:
    """What is said afterwards; a `secret` is shown this once, with a hint what to do with it.

    It leads back to the row, or to the one that it is `about` now.
    """

    message: str
    secret: str = ""
    hint: str = ""
    about: models.Model | None = None


def _always(row: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A deed: who may do it, to which rows, with which form, by which verb."""

    name: str
    title: str
    explanation: str
    icon: str
    permission: Permission
    perform: Callable[[Any, Data, Actor], Done]
    form: type[ActForm] = ActForm
    fits: Callable[[Any], bool] = _always
    template: str = "unison/act.html"
    is_dangerous: bool = False

    def is_open_to(self, actor: Actor, row: models.Model) -> bool:
        """Whether this actor may do it, and it makes sense for this row."""
        return actor.may(self.permission) and self.fits(row)


class ActingMixin(ModelAdmin):
    """A model admin whose rows' pages have buttons for deeds."""

    acts: tuple[Act, ...] = ()

    def address_of(self, row: models.Model) -> str:
        """Where a row's page is."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def get_urls(self) -> list[URLPattern]:
        """One page for each deed, before Django's own."""
        return [*(self._path_of(act) for act in self.acts), *super().get_urls()]

    def _path_of(self, act: Act) -> URLPattern:
        def view(request: TenantRequest, row_id: UUID) -> HttpResponse:
            return self._act_view(request, row_id, act)

        return path(f"<uuid:row_id>/{act.name}/", self.admin_site.admin_view(view), name=self._name_of(act))

    def _name_of(self, act: Act) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{act.name}"

    def buttons(self, request: TenantRequest, row: models.Model) -> list[dict[str, Any]]:
        """What Unfold shows in the head of a row's page."""
        return [
            {
                "title": act.title,
                "icon": act.icon,
                "variant": ActionVariant.DEFAULT,
                "attrs": {},
                "path": reverse(f"admin:{self._name_of(act)}", args=[row.pk]),
            }
            for act in self.acts
            if act.is_open_to(request.actor, row)
        ]

    def _act_view(self, request: TenantRequest, row_id: UUID, act: Act) -> HttpResponse:
        row = self.get_queryset(request).filter(pk=row_id).first()
        if row is None:
            raise Http404
        if not request.actor.may(act.permission):
            raise PermissionDenied
        if not act.fits(row):
            messages.error(request, f"“{act.title}” is not possible any more: this changed meanwhile.")
            return HttpResponseRedirect(self.address_of(row))
        is_sent = request.method == "POST"
        form = act.form(request.POST if is_sent else None, row=row)
        if is_sent and form.is_valid():
            try:
                with transaction.atomic():
                    done = act.perform(row, form.cleaned_data, request.actor)
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                return self.say(request, row, done)
        return self._page(request, act.template, row, {"act": act, "form": form, "title": act.title})

    def say(self, request: TenantRequest, row: models.Model, done: Done) -> HttpResponse:
        """Go back to the row with a message; a secret is shown in the answer itself, and never stored."""
        if done.secret:
            return self._page(request, "unison/secret.html", row, {"done": done, "title": done.message})
        messages.success(request, done.message)
        return HttpResponseRedirect(self.address_of(done.about or row))

    def _page(
        self, request: TenantRequest, template: str, row: models.Model, context: dict[str, Any]
    ) -> TemplateResponse:
        request.current_app = self.admin_site.name
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "row_url": self.address_of(row),
            "media": self.media + context["form"].media if "form" in context else self.media,
        }
        return TemplateResponse(request, template, {**shared, **context})
