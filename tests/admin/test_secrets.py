"""What is shown once: keys, signing secrets, first passwords."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey, Membership, User
from accounts.permissions import Role
from accounts.tenancy import public
from integrations import messages
from integrations.models import Delivery, OutboxEvent, WebhookEndpoint
from journeys.models import Person
from tests.admin.pages import Browser, add_to, errors_of, is_too_late, list_of, page_of, told
from tests.client import signed_in
from tests.factories import PASSWORD, a_key, a_membership
from tests.integrations.factories import HEARD, an_endpoint, something_happened
from tests.journeys.factories import a_person


def shown_secret(answer) -> str:
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.context["done"].secret


def nowhere_else(browser: Browser, secret: str, *paths: str) -> bool:
    """Whether a secret is on no other page, nor in any event."""
    in_events = OutboxEvent.objects.filter(data__icontains=secret).exists()
    return not in_events and not any(secret in browser.page(path) for path in paths)


def test_an_api_key_is_shown_once_and_works(acme, globex):
    browser = Browser(acme)

    plain = shown_secret(
        browser.post(add_to(ApiKey), name="CRM", kind="secret", source="", scopes=["people.see", "audit.see"])
    )

    with public():
        resolved = keys.resolve(plain)
    assert resolved is not None
    assert (resolved.tenant, resolved.key.name) == (acme, "CRM")
    assert resolved.actor.permissions == {"people.see", "audit.see"}
    key = ApiKey.objects.get()
    assert nowhere_else(browser, plain, page_of(key), list_of(ApiKey))
    assert f"{key.prefix}…" in browser.page(list_of(ApiKey))


def test_a_write_key_needs_a_source(acme, globex):
    browser = Browser(acme)

    refused = browser.post(add_to(ApiKey), name="Site", kind="write", source="")

    assert errors_of(refused) == {"source": ["A source is small letters, digits, - and _, at most 50."]}
    assert shown_secret(browser.post(add_to(ApiKey), name="Site", kind="write", source="site")).startswith(
        "uw_"
    )


def test_a_revoked_key_opens_nothing(acme, globex):
    browser = Browser(acme)
    plain = shown_secret(browser.post(add_to(ApiKey), name="CRM", kind="secret", scopes=["people.see"]))
    key = ApiKey.objects.get()

    assert told(browser.post(page_of(key, "revoke"))) == "The key “CRM” opens nothing any more."

    with public():
        assert keys.resolve(plain) is None
    assert is_too_late(browser.get(page_of(key, "revoke")))
    assert "Revoked" in browser.page(list_of(ApiKey))


def test_a_key_whose_time_is_over_is_not_in_use(acme, globex):
    a_key(acme, "people.see")
    browser = Browser(acme)
    assert "In use" in browser.page(list_of(ApiKey))

    with public():
        ApiKey.objects.filter(tenant=acme).update(expires_at=timezone.now() - timedelta(minutes=1))

    page = browser.page(list_of(ApiKey))
    assert "Expired" in page
    assert "In use" not in page


def test_nobody_gives_a_key_more_than_they_may_do(acme, globex):
    browser = Browser(acme, Role.ADMIN)

    refused = browser.post(add_to(ApiKey), name="All", kind="secret", scopes=["owners.manage"])

    assert list(errors_of(refused)) == ["scopes"]
    assert not ApiKey.objects.exists()


def test_a_new_member_gets_a_first_password_that_is_shown_once(acme, globex):
    browser = Browser(acme)

    password = shown_secret(
        browser.post(add_to(Membership), email="new@acme.test", name="New One", role="csm")
    )

    with public():
        user = User.objects.get(email="new@acme.test")
        assert user.check_password(password)
    assert Membership.objects.get(user__email="new@acme.test").role == "csm"
    assert nowhere_else(browser, password, list_of(Membership))


def test_the_same_address_in_another_tenant_is_somebody_else(acme, globex):
    other = a_membership(globex, email="both@example.test").user
    browser = Browser(acme)

    shown_secret(browser.post(add_to(Membership), email="both@example.test", name="Both", role="viewer"))

    assert Membership.objects.get(user__email="both@example.test").user_id != other.pk
    with public():
        assert User.objects.get(pk=other.pk).check_password(PASSWORD)


def test_who_forgot_their_password_gets_a_new_one_that_is_shown_once(acme, globex):
    member, browser = a_membership(acme, Role.CSM), Browser(acme, Role.ADMIN)
    elsewhere = signed_in(acme, member.user)

    password = shown_secret(browser.post(page_of(member, "password")))

    with public():
        assert User.objects.get(pk=member.user_id).check_password(password)
    assert elsewhere.get("/admin/").status_code == 302
    assert nowhere_else(browser, password, page_of(member))
    told_of = OutboxEvent.objects.get(name="accounts.password_changed")
    assert (told_of.actor_id, told_of.data) == (browser.user.pk, {"user_id": str(member.user_id)})


def test_an_admin_gives_no_owner_another_password(acme, globex):
    owner, browser = a_membership(acme), Browser(acme, Role.ADMIN)

    refused = browser.post(page_of(owner, "password"))

    assert list(errors_of(refused)) == ["__all__"]
    with public():
        assert User.objects.get(pk=owner.user_id).check_password(PASSWORD)


def test_members_get_other_roles_and_are_let_go(acme, globex):
    member, browser = a_membership(acme, Role.VIEWER), Browser(acme)

    assert browser.post(page_of(member), role="analyst").status_code == 302
    assert Membership.objects.get(pk=member.pk).role == "analyst"
    assert told(browser.post(page_of(member, "end"))) == f"{member.user} is no member any more."
    assert Membership.objects.get(pk=member.pk).ended_at
    assert browser.post(page_of(member), role="csm").status_code == 403


def test_the_last_owner_stays(acme, globex):
    browser = Browser(acme)
    me = Membership.objects.get(user=browser.user)

    refused = [browser.post(page_of(me), role="viewer"), browser.post(page_of(me, "end"))]

    assert errors_of(refused[0]) == {"role": ["A tenant keeps at least one owner."]}
    assert errors_of(refused[1]) == {"__all__": ["A tenant keeps at least one owner."]}


def test_an_endpoint_is_made_and_its_secret_shown_once(acme, globex):
    browser = Browser(acme)
    data = {"url": "https://example.com/hook", "description": "CRM", "event_names": [HEARD]}

    secret = shown_secret(browser.post(add_to(WebhookEndpoint), **data))

    endpoint = WebhookEndpoint.objects.get()
    assert secret.startswith("whsec_")
    assert nowhere_else(browser, secret, page_of(endpoint), list_of(WebhookEndpoint))
    browser.post(page_of(endpoint), **{**data, "description": "Another"})
    endpoint.refresh_from_db()
    assert endpoint.description == "Another"


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "https://localhost/", "ftp://x", "https://example.com:8443/", ""]
)
def test_an_address_that_leads_inside_is_refused_at_its_field(acme, globex, url):
    answer = Browser(acme).post(add_to(WebhookEndpoint), url=url, description="", event_names=[HEARD])

    assert list(errors_of(answer)) == ["url"]
    assert not WebhookEndpoint.objects.exists()


def test_a_secret_is_replaced_and_both_sign_for_a_while(acme, globex):
    endpoint, first = an_endpoint("https://example.com/hook")
    browser = Browser(acme)

    second = shown_secret(browser.post(page_of(endpoint, "rotate"), hours="24"))

    endpoint.refresh_from_db()
    assert second != first
    sealed = (endpoint.sealed_secret, endpoint.sealed_previous_secret, endpoint.previous_secret_until)
    assert len(messages.keys_at(timezone.now(), *sealed)) == 2
    assert len(messages.keys_at(timezone.now() + timedelta(hours=25), *sealed)) == 1
    assert list(errors_of(browser.post(page_of(endpoint, "rotate"), hours="200"))) == ["hours"]


def test_endpoints_are_tested_switched_off_and_on_and_told_again(acme, globex):
    endpoint, browser = an_endpoint("https://example.com/hook").endpoint, Browser(acme)
    event = something_happened()
    OutboxEvent.objects.filter(pk=event.pk).update(planned_at=timezone.now())
    now = timezone.localtime()
    span = {
        "since_0": f"{now - timedelta(days=1):%Y-%m-%d}", "since_1": "00:00:00",
        "until_0": f"{now + timedelta(days=1):%Y-%m-%d}", "until_1": "00:00:00",
    }  # fmt: skip

    assert "on its way" in told(browser.post(page_of(endpoint, "test")))
    assert OutboxEvent.objects.filter(name="integrations.endpoint_tested").count() == 1
    assert told(browser.post(page_of(endpoint, "replay"), **span)) == "1 events are sent to it again."
    delivery = Delivery.objects.get()
    assert told(browser.post(page_of(delivery, "replay"))) == "It is sent once more."
    told(browser.post(page_of(endpoint, "disable")))
    assert is_too_late(browser.post(page_of(endpoint, "test")))
    assert is_too_late(browser.post(page_of(delivery, "replay")))
    told(browser.post(page_of(endpoint, "enable")))
    assert "Attempts" in browser.page(page_of(delivery))
    assert event.name in browser.page(page_of(endpoint))


def test_a_page_with_a_form_needs_the_token(acme, globex):
    person = a_person()
    browser = Browser(acme)
    browser.client.handler.enforce_csrf_checks = True

    assert browser.post(page_of(person, "archive")).status_code == 403
    assert Person.objects.get(pk=person.pk).archived_at is None
