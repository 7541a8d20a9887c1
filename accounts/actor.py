"""Who is acting: a member, an API key, a respondent, or Unison itself."""

from dataclasses import dataclass
from typing import Literal, Self
from uuid import UUID

from accounts.errors import Forbidden
from accounts.permissions import Permission, Role

type Kind = Literal["user", "key", "respondent", "system", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One who acts, and what they may do in the tenant they act in.

    `label` is shown in the audit trail; `origin` is the address the request came from, where there was one.
    """

    kind: Kind
    label: str
    id: UUID | None = None
    role: Role | None = None
    permissions: frozenset[Permission] = frozenset()
    origin: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether this is allowed."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuse with Forbidden unless this is allowed."""
        if permission not in self.permissions:
            raise Forbidden(f"This needs the permission “{permission.label}”.")

    @property
    def is_known(self) -> bool:
        """Whether anybody is there at all."""
        return self.kind != "nobody"

    @classmethod
    def system(cls, label: str) -> Self:
        """Unison itself, which may do everything."""
        return cls(kind="system", label=label, permissions=frozenset(Permission))

    @classmethod
    def nobody(cls) -> Self:
        """One without a credential."""
        return cls(kind="nobody", label="nobody")
