"""API keys: issued once, resolved at every call, revoked for good."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import lookups
from accounts.actor import Actor
from accounts.errors import Conflict, Forbidden, Invalid, NotFound
from accounts.events import emit
from accounts.happenings import KeyIssued, KeyRevoked
from accounts.models import ApiKey, KeyKind, Tenant
from accounts.permissions import WRITE_KEY_GRANTS, Permission
from accounts.tenancy import public, tenant

SECRET_PREFIX, WRITE_PREFIX = "uk", "uw"
SHAPE = re.compile(r"u[kw]_[0-9a-z]{8}_[0-9A-Za-z_-]{43}")
TOUCH_EVERY = timedelta(minutes=5)
"""`last_used_at` is written at most this often: a busy key must not become a busy row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDraft:
    """What a new key is to be. Write keys need a `source` and take no scopes."""

    name: str
    kind: str = KeyKind.SECRET
    scopes: Sequence[str] = ()
    source: str = ""
    expires_at: datetime | None = None
    trusted_documents_only: bool = False


class Issued(NamedTuple):
    """A new key, and the only sight of its secret."""

    key: ApiKey
    plain: str


class Resolved(NamedTuple):
    """Whose key was shown, and who acts with it."""

    tenant: Tenant
    actor: Actor
    key: ApiKey


def digest_of(plain: str) -> bytes:
    """The SHA-256 under which a key is kept; its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(plain.encode()).digest()


@transaction.atomic
def issue(draft: KeyDraft, *, by: Actor) -> Issued:
    """Issue a key of the current tenant. An actor cannot give a key more than they may do themselves."""
    by.require(Permission.MANAGE_KEYS)
    _check(draft, by)
    prefix = f"{SECRET_PREFIX if draft.kind == KeyKind.SECRET else WRITE_PREFIX}_{secrets.token_hex(4)}"
    plain = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        tenant=tenant(),
        kind=draft.kind,
        name=draft.name.strip(),
        source=draft.source,
        prefix=prefix,
        digest=digest_of(plain),
        scopes=sorted(set(draft.scopes)),
        created_by_id=by.id if by.kind == "user" else None,
        expires_at=draft.expires_at,
        trusted_documents_only=draft.trusted_documents_only,
    )
    with public():
        key.save(force_insert=True)
    limited = key.trusted_documents_only
    emit(KeyIssued(key_id=key.pk, kind=key.kind, scopes=key.scopes, trusted_documents_only=limited), by=by)
    return Issued(key, plain)


def _check(draft: KeyDraft, by: Actor) -> None:
    if not draft.name.strip() or len(draft.name) > 100 or "\0" in draft.name:
        raise Invalid("Give the key a name of at most 100 characters.", field="name")
    if draft.kind not in KeyKind.values:
        raise Invalid("A key is of kind secret or write.", field="kind")
    if draft.expires_at and draft.expires_at <= timezone.now():
        raise Invalid("The key would have expired already.", field="expires_at")
    if draft.kind == KeyKind.WRITE:
        _check_write_key(draft, by)
    else:
        _check_secret_key(draft, by)


def _check_write_key(draft: KeyDraft, by: Actor) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,49}", draft.source):
        raise Invalid("A source is small letters, digits, - and _, at most 50.", field="source")
    if draft.source == "unison":
        raise Invalid("That is the source of what Unison itself writes.", field="source")
    if draft.scopes:
        raise Invalid("A write key takes no scopes: it may only send events.", field="scopes")
    if not by.permissions >= WRITE_KEY_GRANTS:
        raise Forbidden("You cannot give what you do not have: sending events.", field="kind")


def _check_secret_key(draft: KeyDraft, by: Actor) -> None:
    if draft.source:
        raise Invalid("Only a write key has a source.", field="source")
    if not draft.scopes:
        raise Invalid("Give the key at least one scope.", field="scopes")
    if unknown := set(draft.scopes) - set(Permission.values):
        raise Invalid(f"There is no scope “{min(unknown)[:40]}”.", field="scopes")
    if draft.trusted_documents_only and Permission.MANAGE_KEYS in draft.scopes:
        raise Invalid("A key limited to trusted documents cannot manage them.", field="scopes")
    if beyond := {Permission(scope) for scope in draft.scopes} - by.permissions:
        raise Forbidden(f"You cannot give what you do not have: “{min(beyond)}”.", field="scopes")


def find(key_id: UUID, *, by: Actor) -> ApiKey:
    """A key of the current tenant."""
    with public():
        key = ApiKey.objects.visible_to(by).filter(pk=key_id, tenant=tenant()).first()
    if key is None:
        raise NotFound("There is no such key.", field="id")
    return key


@transaction.atomic
def revoke(key: ApiKey, *, by: Actor) -> ApiKey:
    """Revoke a key for good; it opens nothing from the next call on."""
    by.require(Permission.MANAGE_KEYS)
    with public():
        locked = ApiKey.objects.select_for_update().get(pk=key.pk, tenant=tenant())
        if locked.revoked_at:
            raise Conflict("This key is revoked already.", field="id")
        locked.revoked_at = timezone.now()
        locked.save(update_fields=["revoked_at"])
    emit(KeyRevoked(key_id=locked.pk), by=by)
    return locked


def resolve(plain: str, *, origin: str = "", host: str | None = None) -> Resolved | None:
    """Whose key this is and who acts with it; None for one that is unknown, revoked, expired or suspended.

    In a transaction, the tenant is entered by the same statement (`accounts.lookups`).
    At a host that is named, only a key of the tenant that is reached there is known.
    """
    if not SHAPE.fullmatch(plain):
        return None
    now = timezone.now()
    key = lookups.key_with(digest_of(plain), now=now, host=host)
    if key is None:
        return None
    if key.last_used_at is None or key.last_used_at < now - TOUCH_EVERY:
        # after the commit: nobody is to wait for the row until a request has ended
        with public():
            transaction.on_commit(partial(_touch, key.pk, now), robust=True)
    granted = WRITE_KEY_GRANTS if key.kind == KeyKind.WRITE else _granted(*key.scopes)
    actor = Actor(kind="key", id=key.pk, label=key.name, permissions=granted, origin=origin)
    return Resolved(key.tenant, actor, key)


def _touch(key_id: UUID, now: datetime) -> None:
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - TOUCH_EVERY)
    ApiKey.objects.filter(stale, pk=key_id).update(last_used_at=now)


@lru_cache
def _granted(*scopes: str) -> frozenset[Permission]:
    """What the scopes permit; nothing where a later version wrote one that this one does not know."""
    return frozenset(Permission(scope) for scope in scopes if scope in Permission.values)
