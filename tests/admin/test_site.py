"""The site: whose host, who may come in, and what its pages may load."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import members
from accounts.admin.throttle import TRIES, Throttle
from accounts.models import Membership
from accounts.permissions import Role
from accounts.tenancy import inside
from integrations.models import OutboxEvent
from tests.admin.pages import Browser
from tests.client import signed_in
from tests.factories import PASSWORD, a_key, a_member, a_membership, an_actor

SIGN_IN = "/admin/login/"
PAGES = ["/admin/", SIGN_IN, "/admin/journeys/person/", "/admin/jsi18n/", "/admin/nothing/"]


@pytest.fixture(autouse=True)
def _from_nothing(acme):
    """The counts are in Valkey, which remembers them from test to test."""
    fresh("127.0.0.1", "")


def fresh(origin: str, email: str) -> None:
    """Forget what was tried from an address."""
    throttle = Throttle.of(origin, email)
    cache.delete_many([throttle.member, throttle.address])


def sign_in(client: Client, email: str, password: str = PASSWORD):
    return client.post(SIGN_IN, {"username": email, "password": password})


@pytest.mark.parametrize("path", PAGES)
def test_the_api_host_has_no_admin(acme, path):
    assert Client(headers={"host": "localhost"}).get(path).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_the_api_host_has_no_admin_for_a_key_either(acme, path):
    key = a_key(acme)

    answer = Client(headers={"host": "localhost", "authorization": f"Bearer {key}"}).get(path)

    assert answer.status_code == 404


def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(acme):
    answer = Client(headers={"host": "acme.unison.test"}).get("/admin/journeys/person/")

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{SIGN_IN}?next=/admin/journeys/person/"


def test_a_session_of_another_tenant_is_no_session(acme, globex):
    client = signed_in(globex, a_member(globex))
    assert client.get("/admin/").status_code == 200

    answer = client.get("/admin/", headers={"host": "acme.unison.test"})

    assert answer.status_code == 302


def test_a_key_does_not_open_the_admin(acme):
    client = Client(headers={"host": "acme.unison.test", "authorization": f"Bearer {a_key(acme)}"})

    assert client.get("/admin/").status_code == 302


def test_a_former_member_is_sent_away(acme):
    a_member(acme)  # an owner stays
    browser = Browser(acme)
    members.end(Membership.objects.get(user=browser.user), by=an_actor())

    assert browser.get("/admin/").status_code == 302


def test_members_sign_in_with_their_e_mail_address(acme, globex):
    member = a_membership(acme, email="ada@acme.test")
    client = Client(headers={"host": "acme.unison.test"})

    answer = sign_in(client, "Ada@Acme.Test")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/admin/"
    assert member.user.name in client.get("/admin/").content.decode()


def test_a_member_of_another_tenant_cannot_sign_in_here(acme, globex):
    a_membership(globex, email="bob@globex.test")

    answer = sign_in(Client(headers={"host": "acme.unison.test"}), "bob@globex.test")

    assert answer.status_code == 200
    assert "do not belong to a member here" in answer.content.decode()


def test_signing_in_leads_to_our_own_pages_only(acme):
    a_membership(acme, email="eve@acme.test")
    client = Client(headers={"host": "acme.unison.test"})

    answer = client.post(
        f"{SIGN_IN}?next=https://evil.example/", {"username": "eve@acme.test", "password": PASSWORD}
    )

    assert answer.headers["Location"] == "/admin/"


def test_too_many_tries_are_held_up_and_told_so(acme, globex):
    fresh("127.0.0.1", "mallory@acme.test")
    a_membership(acme, email="mallory@acme.test")
    client = Client(headers={"host": "acme.unison.test"})
    for _ in range(TRIES):
        assert sign_in(client, "mallory@acme.test", "wrong").status_code == 200

    held_up = sign_in(client, "MALLORY@acme.test")

    assert held_up.status_code == 429
    assert held_up.headers["Retry-After"] == "900"
    assert "Too many attempts. Wait 15 minutes, then try again." in held_up.content.decode()
    elsewhere = sign_in(Client(headers={"host": "globex.unison.test"}), "mallory@acme.test", "wrong")
    assert elsewhere.status_code == 200
    other_address = Client(headers={"host": "acme.unison.test"}, REMOTE_ADDR="192.0.2.7")
    assert sign_in(other_address, "mallory@acme.test").status_code == 302


def test_an_address_that_tries_many_names_is_held_up(acme, monkeypatch):
    monkeypatch.setattr("accounts.admin.throttle.TRIES_OF_AN_ADDRESS", 5)
    fresh("192.0.2.9", "")
    client = Client(headers={"host": "acme.unison.test"}, REMOTE_ADDR="192.0.2.9")

    tried = [sign_in(client, f"name{i}@acme.test", "wrong").status_code for i in range(7)]

    assert tried == [200] * 5 + [429] * 2


def test_who_signs_in_has_all_tries_again(acme):
    a_membership(acme, email="trent@acme.test")
    for _ in range(3):
        for _ in range(TRIES - 1):
            sign_in(Client(headers={"host": "acme.unison.test"}), "trent@acme.test", "wrong")
        client = Client(headers={"host": "acme.unison.test"})
        assert sign_in(client, "trent@acme.test").status_code == 302


@pytest.mark.parametrize("path", ["/admin/", "/admin/journeys/person/", SIGN_IN])
def test_pages_load_nothing_from_elsewhere(acme, path):
    answer = Browser(acme).client.get(path, follow=True)

    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "http" not in answer.headers["Content-Security-Policy"]


def test_other_pages_may_evaluate_nothing(acme):
    answer = Client(headers={"host": "acme.unison.test"}).get("/nothing/")

    assert "unsafe-eval" not in answer.headers["Content-Security-Policy"]


def test_nul_in_an_address_is_a_bad_request(acme):
    assert Browser(acme).get("/admin/journeys/person/?q=%00").status_code == 400


@pytest.mark.parametrize("role", [Role.OWNER, Role.CX_MANAGER, Role.INTEGRATION])
def test_the_sidebar_has_what_the_role_may_see_and_no_more(acme, role):
    browser = Browser(acme, role)
    sidebar = [
        item["link"]
        for group in browser.get("/admin/").context["sidebar_navigation"]
        for item in group["items"]
        if item["link"].startswith("/admin/")
    ]

    assert sidebar
    assert {link: browser.get(link).status_code for link in sidebar} == dict.fromkeys(sidebar, 200)


def test_signing_out_ends_the_session(acme):
    browser = Browser(acme)

    browser.post(reverse("admin:logout"))

    assert browser.get("/admin/").status_code == 302


def test_members_change_their_own_password(acme, globex):
    browser = Browser(acme)
    elsewhere = signed_in(acme, browser.user)
    wanted = "another horse, another staple"

    answer = browser.post(
        "/admin/password_change/", old_password=PASSWORD, new_password1=wanted, new_password2=wanted
    )

    assert answer.status_code == 302
    assert browser.get("/admin/").status_code == 200
    fresh = Client(headers={"host": "acme.unison.test"})
    assert sign_in(fresh, browser.user.email, wanted).status_code == 302
    assert elsewhere.get("/admin/").status_code == 302
    with inside(acme):
        event = OutboxEvent.objects.get(name="accounts.password_changed")
        assert event.data["user_id"] == str(browser.user.pk) == str(event.actor_id)
        assert wanted not in str(event.data)
    with inside(globex):
        assert not OutboxEvent.objects.filter(name="accounts.password_changed").exists()


def test_a_password_that_was_not_changed_is_no_news(acme):
    browser = Browser(acme)

    for old, new in (("wrong", "another horse, another staple"), (PASSWORD, "short")):
        answer = browser.post(
            "/admin/password_change/", old_password=old, new_password1=new, new_password2=new
        )
        assert answer.status_code == 200

    assert not OutboxEvent.objects.filter(name="accounts.password_changed").exists()
