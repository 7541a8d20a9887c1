"""Users, for fields that choose one of the staff; they have no page of their own (`members` has)."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts.admin.base import TenantModelAdmin
from accounts.admin.site import site
from accounts.models import User
from accounts.permissions import Permission


@admin.register(User, site=site)
class UserAdmin(TenantModelAdmin):
    """The tenant's active members, to be searched; seen by whoever may see members."""

    search_fields = ["name", "email"]
    ordering = ["name", "id"]
    list_display = ["name"]
    fields = ("name", "email")

    @property
    def see(self) -> Permission:
        """Users are no tenant's rows, so their queryset names no permission."""
        return Permission.SEE_MEMBERS

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """Inside a tenant the table shows its own members only; those who left are not offered."""
        rows = User._default_manager.filter(is_active=True, memberships__ended_at=None)
        return rows if self.has_view_permission(request) else rows.none()

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in lists of what there is."""
        return False
