"""Tenants, users, members, keys and trusted documents: the rows in `public`."""

from accounts.models.documents import TrustedDocument
from accounts.models.keys import ApiKey, KeyKind
from accounts.models.tenants import Domain, Membership, Tenant
from accounts.models.users import User

__all__ = ["ApiKey", "Domain", "KeyKind", "Membership", "Tenant", "TrustedDocument", "User"]
