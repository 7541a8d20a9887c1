"""People who act in tests."""

from itertools import count

from accounts import keys, members, trusted_documents
from accounts.actor import Actor
from accounts.authentication import member_actor
from accounts.models import Membership, Tenant, TrustedDocument, User
from accounts.permissions import Permission, Role
from accounts.tenancy import inside
from accounts.trusted_documents import DocumentDraft

_numbers = count(1)
PASSWORD = "correct horse battery staple"


def an_actor(*permissions: Permission) -> Actor:
    """Somebody who may do just this; without arguments, everything."""
    if not permissions:
        return Actor.system("test")
    return Actor(kind="user", label="test", permissions=frozenset(permissions))


def a_membership(tenant: Tenant, role: str = Role.OWNER, *, email: str = "") -> Membership:
    """A new member of the tenant, who signs in with PASSWORD."""
    number = next(_numbers)
    with inside(tenant):
        return members.add(
            email or f"member{number}@{tenant.schema_name}.test", f"Member {number}", role,
            password=PASSWORD, by=Actor.system("test"),
        )  # fmt: skip


def a_member(tenant: Tenant, role: str = Role.OWNER) -> User:
    """A new user who is a member of the tenant."""
    return a_membership(tenant, role).user


def acting(user: User, tenant: Tenant) -> Actor:
    """The user as an actor."""
    return member_actor(user, tenant)


def a_key(tenant: Tenant, *scopes: str) -> str:
    """A new API key of the tenant, with all scopes unless some are named."""
    with inside(tenant):
        draft = keys.KeyDraft(name="test", scopes=scopes or [*Permission.values])
        return keys.issue(draft, by=Actor.system("test")).plain


def a_write_key(tenant: Tenant, source: str = "website") -> str:
    """A new write key of the tenant."""
    with inside(tenant):
        draft = keys.KeyDraft(name="test", kind="write", source=source)
        return keys.issue(draft, by=Actor.system("test")).plain


def a_limited_key(tenant: Tenant) -> str:
    """A new API key of the tenant that may see people, and ask trusted documents only."""
    with inside(tenant):
        draft = keys.KeyDraft(name="limited", scopes=[Permission.SEE_PEOPLE], trusted_documents_only=True)
        return keys.issue(draft, by=Actor.system("test")).plain


def a_trusted_document(tenant: Tenant, text: str = "query Me { viewer { kind } }") -> TrustedDocument:
    """A document that the tenant trusts."""
    with inside(tenant):
        return trusted_documents.trust([DocumentDraft(text=text)], by=Actor.system("test"))[0]
