"""What the mutations of the ground floor take."""

from datetime import datetime

import strawberry

from accounts.graphql.vocabulary import KeyKind, Permission, Role
from accounts.keys import KeyDraft


@strawberry.input(description="A new API key, or a new write key.")
class ApiKeyIssueInput:
    name: str = strawberry.field(description="What the key is for; at most 100 characters.")
    kind: KeyKind = strawberry.field(
        default=KeyKind.SECRET, description="An API key, or the write key of a source."
    )
    scopes: list[Permission] = strawberry.field(
        default_factory=list, description="What an API key may do; no more than the one who issues it."
    )
    source: str = strawberry.field(
        default="", description="For write keys: the name its events are stored under."
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it stops working, if ever."
    )
    is_trusted_documents_only: bool = strawberry.field(
        default=False, description="Whether it may ask the tenant's trusted documents, and no others."
    )

    def draft(self) -> KeyDraft:
        """What it asks for, in the verb's words."""
        return KeyDraft(
            name=self.name,
            kind=self.kind,
            scopes=tuple(self.scopes),
            source=self.source,
            expires_at=self.expires_at,
            trusted_documents_only=self.is_trusted_documents_only,
        )


@strawberry.input(description="The key to revoke.")
class ApiKeyRevokeInput:
    id: strawberry.ID = strawberry.field(description="Its id.")


@strawberry.input(description="A new member.")
class MemberAddInput:
    email: str = strawberry.field(description="Their e-mail address, by which they sign in.")
    name: str = strawberry.field(description="What they are called; at most 200 characters.")
    role: Role = strawberry.field(description="What they may do.")
    password: str = strawberry.field(description="Their first password; at least 12 characters.")


@strawberry.input(description="Another role for a member.")
class MemberChangeRoleInput:
    id: strawberry.ID = strawberry.field(description="The member's id.")
    role: Role = strawberry.field(description="What they may do from now on.")


@strawberry.input(description="The member to let go.")
class MemberEndInput:
    id: strawberry.ID = strawberry.field(description="The member's id.")
