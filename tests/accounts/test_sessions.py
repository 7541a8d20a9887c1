"""Sessions themselves, whoever is in them: another tenant's holds nothing, and is left alone."""

from django.contrib.auth import authenticate
from django.contrib.auth.hashers import get_hasher
from django.contrib.sessions.models import Session

from accounts.authentication import MemberBackend
from accounts.models import User
from accounts.sessions import SessionStore
from accounts.tasks import clear_sessions_everywhere
from accounts.tenancy import inside, public
from tests.factories import PASSWORD, a_member


def test_a_session_of_another_tenant_is_as_if_unknown(acme, globex):
    session = SessionStore()
    session["draft"] = "ours"
    session.save()

    with inside(globex):
        elsewhere = SessionStore(session.session_key)
        assert dict(elsewhere.items()) == {}
        elsewhere["draft"] = "theirs"
        elsewhere.save()
        assert elsewhere.session_key != session.session_key

    assert SessionStore(session.session_key)["draft"] == "ours"


def test_whoever_may_not_sign_in_at_all_is_no_user_of_a_session(acme, globex):
    user = a_member(acme)
    assert MemberBackend().get_user(user.pk) == user

    with public():
        User.objects.filter(pk=user.pk).update(is_active=False)

    assert MemberBackend().get_user(user.pk) is None


def test_who_is_no_member_takes_as_long_as_a_wrong_password(acme, globex, monkeypatch):
    user, hasher = a_member(acme), type(get_hasher())
    work: list[str] = []
    encode = hasher.encode

    def encoded(self, password, *args, **kwargs):
        work.append(password)
        return encode(self, password, *args, **kwargs)

    monkeypatch.setattr(hasher, "encode", encoded)
    costs = []
    for email, password in [(user.email, "wrong"), ("nobody@acme.test", "wrong"), (user.email, PASSWORD)]:
        work.clear()
        authenticate(None, username=email, password=password)
        costs.append(len(work))

    assert costs == [1, 1, 1]


def test_sessions_that_have_run_out_are_forgotten_of_all_tenants(acme, globex):
    keys = []
    for tenant in (acme, globex):
        for seconds in (-1, 60):
            with inside(tenant):
                session = SessionStore()
                session.set_expiry(seconds)
                session.save()
            keys.append(session.session_key)

    clear_sessions_everywhere()

    with public():
        left = set(Session.objects.values_list("session_key", flat=True))
    assert left == {keys[1], keys[3]}
