"""Keys: shown once, kept as a digest, scoped, expiring, revoked for good."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import keys
from accounts.errors import Conflict, DomainError, ErrorCode, Forbidden, NotFound
from accounts.keys import KeyDraft
from accounts.models import ApiKey
from accounts.permissions import Permission
from accounts.tenancy import inside, public
from tests.factories import an_actor


def test_a_key_is_shown_once_and_kept_as_a_digest(acme, globex):
    key, plain = keys.issue(KeyDraft(name="crm", scopes=["people.see"]), by=an_actor())

    assert plain.startswith("uk_")
    assert len(plain) == 55
    with public():
        row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert bytes(row["digest"]) == keys.digest_of(plain)
    assert plain.removeprefix(row["prefix"]) not in str(row)


def test_it_opens_its_own_tenant_with_its_own_scopes(acme, globex, django_capture_on_commit_callbacks):
    _, plain = keys.issue(KeyDraft(name="crm", scopes=["people.see"]), by=an_actor())

    with django_capture_on_commit_callbacks(execute=True):
        resolved = keys.resolve(plain, origin="192.0.2.1")

    assert resolved
    assert resolved.tenant == acme
    assert resolved.actor.permissions == {Permission.SEE_PEOPLE}
    assert resolved.actor.origin == "192.0.2.1"
    with public():
        assert ApiKey.objects.get(pk=resolved.key.pk).last_used_at
    with django_capture_on_commit_callbacks() as later:
        keys.resolve(plain)
    assert not later  # a busy key is not a busy row


def test_a_scope_of_a_later_version_permits_nothing(acme, globex):
    key, plain = keys.issue(KeyDraft(name="crm", scopes=["people.see"]), by=an_actor())
    with public():
        ApiKey.objects.filter(pk=key.pk).update(scopes=["people.see", "people.clone"])
    resolved = keys.resolve(plain)
    assert resolved
    assert resolved.actor.permissions == {Permission.SEE_PEOPLE}


def test_a_write_key_may_only_send(acme, globex):
    _, plain = keys.issue(KeyDraft(name="site", kind="write", source="website"), by=an_actor())
    resolved = keys.resolve(plain)
    assert resolved
    assert resolved.actor.permissions == {Permission.SEND_EVENTS}


def test_a_revoked_or_expired_key_opens_nothing(acme, globex):
    revoked = keys.issue(KeyDraft(name="a", scopes=["people.see"]), by=an_actor())
    soon = timezone.now() + timedelta(hours=1)
    expired = keys.issue(KeyDraft(name="b", scopes=["people.see"], expires_at=soon), by=an_actor())
    assert keys.resolve(revoked.plain)
    assert keys.resolve(expired.plain)

    keys.revoke(revoked.key, by=an_actor())
    with public():
        ApiKey.objects.filter(pk=expired.key.pk).update(expires_at=timezone.now())

    assert keys.resolve(revoked.plain) is None
    assert keys.resolve(expired.plain) is None
    with pytest.raises(Conflict):
        keys.revoke(revoked.key, by=an_actor())


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (KeyDraft(name=" ", scopes=["people.see"]), "name"),
        (KeyDraft(name="n" * 101, scopes=["people.see"]), "name"),
        (KeyDraft(name="a\0b", scopes=["people.see"]), "name"),
        (KeyDraft(name="k"), "scopes"),
        (KeyDraft(name="k", scopes=["everything"]), "scopes"),
        (KeyDraft(name="k", scopes=["people.see"], source="web"), "source"),
        (KeyDraft(name="k", kind="write", source="Web Site"), "source"),
        (KeyDraft(name="k", kind="write", source="web", scopes=["people.see"]), "scopes"),
        (KeyDraft(name="k", kind="write", source="unison"), "source"),
        (KeyDraft(name="k", kind="other"), "kind"),
        (KeyDraft(name="k", scopes=["people.see"], expires_at=timezone.now()), "expires_at"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(acme, globex, draft, field):
    with pytest.raises(DomainError) as refusal:
        keys.issue(draft, by=an_actor())
    assert (refusal.value.code, refusal.value.field) == (ErrorCode.INVALID, field)
    assert not ApiKey.objects.exists()


def test_nobody_gives_what_they_do_not_have(acme, globex):
    by = an_actor(Permission.MANAGE_KEYS, Permission.SEE_PEOPLE)
    assert keys.issue(KeyDraft(name="k", scopes=["people.see"]), by=by)
    with pytest.raises(Forbidden):
        keys.issue(KeyDraft(name="k", scopes=["people.see", "members.manage"]), by=by)
    with pytest.raises(Forbidden):
        keys.issue(KeyDraft(name="k", scopes=["people.see"]), by=an_actor(Permission.SEE_PEOPLE))


def test_a_write_key_is_given_by_those_who_may_send(acme, globex):
    draft = KeyDraft(name="site", kind="write", source="website")
    with pytest.raises(Forbidden):
        keys.issue(draft, by=an_actor(Permission.MANAGE_KEYS))
    assert keys.issue(draft, by=an_actor(Permission.MANAGE_KEYS, Permission.SEND_EVENTS))


def test_a_neighbours_key_is_not_found(acme, globex):
    with inside(globex):
        theirs, _ = keys.issue(KeyDraft(name="k", scopes=["people.see"]), by=an_actor())
    with pytest.raises(NotFound):
        keys.find(theirs.pk, by=an_actor())
    with pytest.raises(ApiKey.DoesNotExist):
        keys.revoke(theirs, by=an_actor())
