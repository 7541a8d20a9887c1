"""Members: who works here, and as what."""

import secrets
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts import members
from accounts.actor import Actor
from accounts.admin.acts import Act, Done
from accounts.admin.base import TenantModelAdmin
from accounts.admin.forms import Data, VerbForm, dress
from accounts.admin.navigation import Place, Practice
from accounts.admin.site import site
from accounts.models import Membership
from accounts.permissions import Permission


class RoleForm(VerbForm):
    """As what a member works here."""

    class Meta:
        model = Membership
        fields = ("role",)


class InvitationForm(RoleForm):
    """Who becomes a member, and as what."""

    email = forms.EmailField(label="E-mail address", help_text="They sign in with it.")
    name = forms.CharField(max_length=200, help_text="What they are called.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def _end(row: Membership, data: Data, by: Actor) -> Done:
    members.end(row, by=by)
    return Done(f"{row.user} is no member any more.")


def _reset(row: Membership, data: Data, by: Actor) -> Done:
    password = secrets.token_urlsafe(12)
    members.reset_password(row, password, by=by)
    return Done("A new password", password, _handing_over(row))


def _handing_over(row: Membership) -> str:
    return f"Hand it to {row.user.email} in a safe way, and ask them to change it after signing in."


@admin.register(Membership, site=site)
class MembershipAdmin(TenantModelAdmin):
    """Members are invited, given a role and let go; nobody is deleted, because the past names them."""

    place = Place(Practice.SETTINGS, 10, "badge", "Members")
    add = Permission.MANAGE_MEMBERS
    change = Permission.MANAGE_MEMBERS
    form = RoleForm
    list_display = ["who", "email", "role", "created_at", "ended_at"]
    list_filter = ["role", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__email"]
    ordering = ["user__name", "id"]
    add_fieldsets = ((None, {"fields": ("email", "name", "role")}),)
    fieldsets = ((None, {"fields": ("who", "email_of", "role", "created_at", "ended_at")}),)
    readonly_fields = ("who", "email_of", "created_at", "ended_at")
    acts = (
        Act(
            name="password",
            title="New password",
            explanation="For a member who forgot theirs: they get a new one, which is shown to you once, and"
            " are signed out wherever they are signed in. The audit trail says who did it.",
            icon="lock_reset",
            permission=Permission.MANAGE_MEMBERS,
            perform=_reset,
            fits=lambda row: row.ended_at is None,
        ),
        Act(
            name="end",
            title="Let go",
            explanation="They can no longer sign in here, from their next click on. What they did stays in"
            " the audit trail under their name.",
            icon="person_remove",
            permission=Permission.MANAGE_MEMBERS,
            perform=_end,
            fits=lambda row: row.ended_at is None,
            is_dangerous=True,
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not of somebody who left."""
        return super().has_change_permission(request, obj) and (obj is None or obj.ended_at is None)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Who is invited is typed in; of a member the role alone is changed."""
        if obj is None:
            kwargs["form"] = InvitationForm
        return super().get_form(request, obj, change=change, **kwargs)

    def write(self, actor: Actor, row: Membership | None, data: Data) -> models.Model:
        """Add a member with a first password that is shown once, or change a role."""
        if row is not None:
            return members.change_role(row, data["role"], by=actor)
        first_password = secrets.token_urlsafe(12)
        made = members.add(data["email"], data["name"], data["role"], password=first_password, by=actor)
        made.shown_once = Done("A first password", first_password, _handing_over(made))  # type: ignore[attr-defined]
        return made

    @admin.display(description="name", ordering="user__name")
    def who(self, row: Membership) -> str:
        return row.user.name

    @admin.display(description="e-mail address", ordering="user__email")
    def email(self, row: Membership) -> str:
        return row.user.email

    @admin.display(description="e-mail address")
    def email_of(self, row: Membership) -> str:
        return row.user.email
