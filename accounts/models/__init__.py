"""Tenants, users, members and keys: the rows in `public`."""

from accounts.models.keys import ApiKey, KeyKind
from accounts.models.tenants import Domain, Membership, Tenant
from accounts.models.users import User

__all__ = ["ApiKey", "Domain", "KeyKind", "Membership", "Tenant", "User"]
