"""Signing in, and who is acting: a session's member, or an API key."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.actor import Actor
from accounts.models import Membership, Tenant, User
from accounts.permissions import GRANTS, Role
from accounts.tenancy import current, public


class MemberBackend(BaseBackend):
    """E-mail address and password of an active member of the tenant whose host this is."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        """The user, if they may sign in here."""
        scope = current()
        if scope is None or scope.tenant is None or not username or password is None or "\0" in username:
            return None
        with public():
            member = (
                Membership.objects.active()
                .filter(tenant=scope.tenant, user__email__iexact=username)
                .select_related("user")
                .first()
            )
            if member is None:
                make_password(password)  # takes as long as checking one: who is a member must not show
                return None
            return member.user if member.user.check_password(password) else None

    def get_user(self, user_id: UUID) -> User | None:
        """The user of a session."""
        with public():
            return User.objects.filter(pk=user_id, is_active=True).first()


def member_actor(user: User, tenant: Tenant, *, origin: str = "") -> Actor:
    """Who a user is in a tenant; nobody, if they are no member of it."""
    with public():
        membership = Membership.objects.active().filter(user=user, tenant=tenant).first()
    if membership is None:
        return Actor.nobody()
    role = Role(membership.role)
    return Actor(kind="user", id=user.pk, label=user.name, role=role, permissions=GRANTS[role], origin=origin)
