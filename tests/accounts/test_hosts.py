"""Host and credential name the tenant; a credential of another is as if unknown."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory

from accounts import members, tenants
from accounts.middleware import origin_of
from accounts.models import Tenant, User
from accounts.permissions import Role
from accounts.tenancy import inside, public
from tests.client import signed_in
from tests.factories import PASSWORD, a_key, a_member, a_membership, a_write_key, an_actor

pytestmark = pytest.mark.urls("tests.accounts.urls")

ACME, GLOBEX, API = "acme.unison.test", "globex.unison.test", "localhost"


def ask(host: str, key: str = "", client: Client | None = None) -> dict:
    headers = {"host": host} | ({"authorization": f"Bearer {key}"} if key else {})
    return (client or Client()).get("/whoami", headers=headers).json()


def test_a_host_names_its_tenant(acme, globex):
    assert ask(ACME) == {"tenant": "acme", "kind": "nobody", "role": None, "key": False}
    assert ask(GLOBEX)["tenant"] == "globex"


@pytest.mark.parametrize("host", ["nobody.unison.test", "unison.test", "public.unison.test"])
def test_an_unknown_host_is_not_found(acme, globex, host):
    assert Client().get("/whoami", headers={"host": host}).status_code == 404


def test_a_host_that_is_not_ours_is_refused(acme, globex):
    assert Client().get("/whoami", headers={"host": "evil.example"}).status_code == 400


def test_a_suspended_tenant_is_not_found_and_its_keys_open_nothing(acme, globex):
    key = a_key(acme)
    tenants.suspend(acme)

    assert Client().get("/whoami", headers={"host": ACME}).status_code == 404
    assert ask(API, key) == {"tenant": None, "kind": "nobody", "role": None, "key": False}
    assert ask(GLOBEX)["tenant"] == "globex"

    tenants.resume(acme)
    assert ask(API, key)["tenant"] == "acme"


def test_on_the_api_host_the_key_names_the_tenant(acme, globex):
    assert ask(API, a_key(acme)) == {"tenant": "acme", "kind": "key", "role": None, "key": True}
    assert ask(API, a_write_key(globex))["tenant"] == "globex"
    assert ask(API)["tenant"] is None


@pytest.mark.parametrize("key", ["uk_00000000_" + "A" * 43, "nonsense", "uk_\0", "ü" * 60])
def test_a_key_that_is_none_opens_nothing(acme, globex, key):
    headers = {"host": API, "authorization": f"Bearer {key}"}
    assert Client().get("/whoami", headers=headers).json()["kind"] == "nobody"


def test_a_key_of_another_tenant_is_as_if_unknown(acme, globex):
    assert ask(GLOBEX, a_key(acme)) == {"tenant": "globex", "kind": "nobody", "role": None, "key": False}


def test_a_bad_key_does_not_fall_back_to_the_session(acme, globex):
    client = signed_in(acme, a_member(acme))
    assert ask(ACME, "uk_00000000_" + "A" * 43, client)["kind"] == "nobody"


def test_a_session_is_its_tenants_own(acme, globex):
    user = a_member(acme, Role.CSM)
    with inside(globex):
        members.add(user.email, user.name, Role.OWNER, password=PASSWORD, by=an_actor())
    client = signed_in(acme, user)

    assert ask(ACME, client=client) == {"tenant": "acme", "kind": "user", "role": "csm", "key": False}
    cookie = client.cookies["sessionid"].value
    elsewhere = Client(headers={"host": GLOBEX, "cookie": f"sessionid={cookie}"})
    assert elsewhere.get("/whoami").json()["kind"] == "nobody"
    with public():
        assert Session.objects.filter(pk=cookie).exists()  # refused, not destroyed by a stranger's try
    assert ask(ACME, client=client)["kind"] == "user"


def sign_in(host: str, email: str, password: str = PASSWORD) -> Client | None:
    client = Client(headers={"host": host})
    answer = client.post("/sign-in", {"email": email, "password": password})
    return client if answer.status_code == 204 else None


def test_signing_in_is_for_members_alone(acme, globex):
    member = a_membership(acme)

    client = sign_in(ACME, member.user.email.upper())
    assert client
    assert ask(ACME, client=client)["role"] == "owner"
    with public():
        assert User.objects.get(pk=member.user_id).last_login
    assert not sign_in(ACME, member.user.email, "wrong")
    assert not sign_in(ACME, "nobody@acme.test")
    assert not sign_in(ACME, "a\0b")
    assert not sign_in(GLOBEX, member.user.email)
    assert not sign_in(API, member.user.email)


def test_one_who_left_is_nobody_from_the_next_request_on(acme, globex):
    a_membership(acme)
    leaving = a_membership(acme, Role.CSM)
    client = signed_in(acme, leaving.user)
    assert ask(ACME, client=client)["kind"] == "user"

    members.end(leaving, by=an_actor())

    assert ask(ACME, client=client)["kind"] == "nobody"
    assert not sign_in(ACME, leaving.user.email)


@pytest.mark.parametrize("cookie", ['"abcdefghijk\\000"', "short", "A" * 500, "../../x", ""])
def test_a_session_that_is_none_is_nobodys(acme, globex, cookie):
    client = Client(headers={"host": ACME, "cookie": f"sessionid={cookie}"})
    assert client.get("/whoami").json()["kind"] == "nobody"


def test_behind_a_proxy_the_address_is_what_the_proxy_saw(acme, globex, settings):
    request = RequestFactory().get("/", headers={"x-forwarded-for": "203.0.113.9, 192.0.2.1"})
    assert origin_of(request) == "127.0.0.1"
    settings.BEHIND_PROXY = True
    assert origin_of(request) == "192.0.2.1"


@pytest.mark.parametrize("query", ["", "?status"])
def test_a_failure_changes_nothing(acme, globex, query):
    client = Client(headers={"host": ACME}, raise_request_exception=False)
    assert client.get(f"/fail{query}").status_code >= 500
    with public():
        assert Tenant.objects.live().count() == 2


def test_a_failure_really_changes_nothing(committed):
    client = Client(headers={"host": ACME}, raise_request_exception=False)
    assert client.get("/fail").status_code == 500
    with public():
        assert Tenant.objects.live().count() == 2
