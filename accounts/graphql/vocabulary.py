"""The closed lists of the ground floor."""

from accounts.graphql.enums import described
from accounts.models import KeyKind
from accounts.permissions import Permission, Role

__all__ = ["KeyKind", "Permission", "Role"]

described(Role)
described(Permission)
described(KeyKind, name="ApiKeyKind")
