"""The ground floor's own domain events (`accounts.events` is the contract that all apps' events keep)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from accounts.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdded(DomainEvent):
    """Somebody became a member of the tenant."""

    name: ClassVar = "accounts.member_added"
    public: ClassVar = False
    user_id: UUID
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRoleChanged(DomainEvent):
    """A member was given another role."""

    name: ClassVar = "accounts.member_role_changed"
    public: ClassVar = False
    user_id: UUID
    role: str
    previous_role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(DomainEvent):
    """Somebody is no member of the tenant any more."""

    name: ClassVar = "accounts.member_left"
    public: ClassVar = False
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(DomainEvent):
    """A member got another password, from themselves or from who manages members; other sessions are over."""

    name: ClassVar = "accounts.password_changed"
    public: ClassVar = False
    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyIssued(DomainEvent):
    """An API key or a write key was issued."""

    name: ClassVar = "accounts.key_issued"
    public: ClassVar = False
    key_id: UUID
    kind: str
    scopes: Sequence[str]
    trusted_documents_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevoked(DomainEvent):
    """An API key or a write key opens nothing any more."""

    name: ClassVar = "accounts.key_revoked"
    public: ClassVar = False
    key_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTrusted(DomainEvent):
    """A GraphQL document may be asked by keys that are limited to trusted ones."""

    name: ClassVar = "accounts.document_trusted"
    public: ClassVar = False
    document_id: UUID
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWithdrawn(DomainEvent):
    """A GraphQL document is trusted no longer."""

    name: ClassVar = "accounts.document_withdrawn"
    public: ClassVar = False
    document_id: UUID
    sha256: str
