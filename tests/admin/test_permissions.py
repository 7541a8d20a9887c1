"""Who may see and do what: asked of the actor, on every page and for every deed."""

from typing import Any

import pytest
from django.test import RequestFactory

from accounts.actor import Actor
from accounts.admin.base import TenantModelAdmin
from accounts.admin.site import site
from accounts.models import User
from accounts.permissions import GRANTS, Permission, Role
from integrations.models import OutboxEvent
from journeys.models import Company, Event, Person, Stage
from success.models import Account, HealthOverride, Signal
from tests.admin.pages import Browser, add_to, list_of, page_of
from tests.factories import a_member
from tests.journeys.factories import a_person
from tests.success.factories import an_account, published, work

ADMINS = [admin for admin in site._registry.values() if isinstance(admin, TenantModelAdmin)]


def asked_by(role: Role):
    request: Any = RequestFactory().get("/admin/")
    request.actor = Actor(kind="user", label=role, role=role, permissions=GRANTS[role])
    return request


def test_every_model_of_the_admin_is_one_of_ours():
    assert len(ADMINS) == len(site._registry) > 15


@pytest.mark.parametrize("admin", ADMINS, ids=lambda admin: admin.opts.label)
def test_a_page_asks_for_the_permission_of_its_rows(admin):
    for role in Role:
        request = asked_by(role)
        assert admin.has_view_permission(request) == (admin.see in GRANTS[role])
        assert admin.has_add_permission(request) == (admin.add in GRANTS[role])
        assert admin.has_change_permission(request) == (admin.change in GRANTS[role])
        assert not admin.has_delete_permission(request)


@pytest.mark.parametrize("admin", ADMINS, ids=lambda admin: admin.opts.label)
def test_a_viewer_may_do_none_of_the_deeds(admin):
    assert not [act.name for act in admin.acts if act.permission in GRANTS[Role.VIEWER]]
    assert admin.add not in GRANTS[Role.VIEWER]
    assert admin.change not in GRANTS[Role.VIEWER]


@pytest.mark.parametrize("model", [OutboxEvent, Person, Account, Event])
def test_what_may_not_be_seen_is_forbidden_and_unlisted(acme, globex, model):
    may_see = next(admin.see for admin in ADMINS if admin.model is model) in GRANTS[Role.CX_MANAGER]
    browser = Browser(acme, Role.CX_MANAGER)

    assert browser.get(list_of(model)).status_code == (200 if may_see else 403)
    assert (list_of(model) in browser.page("/admin/")) == may_see


def test_a_viewer_changes_nothing_whatever_they_send(acme, globex):
    published()
    account, person = an_account(), a_person(name="Ada", email="ada@example.com")
    work()
    viewer = Browser(acme, Role.VIEWER)

    refused = [
        viewer.post(add_to(Person), name="Eve"),
        viewer.post(add_to(Company), name="Eve Ltd"),
        viewer.post(add_to(Stage), key="eve", title="Eve", kind="prospect"),
        viewer.post(add_to(Signal), event_name="eve", role="usage"),
        viewer.post(page_of(person), name="Eve"),
        viewer.post(page_of(person, "archive")),
        viewer.post(page_of(account, "override"), score="99", reason="I say so", until="2099-01-01"),
        viewer.post(page_of(account, "close"), closed_on="2026-01-01"),
    ]

    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert not Person.objects.filter(name="Eve").exists()
    assert not Company.objects.filter(name="Eve Ltd").exists()
    assert not Signal.objects.filter(event_name="eve").exists()
    assert not HealthOverride.objects.exists()
    person.refresh_from_db()
    assert (person.name, person.archived_at) == ("Ada", None)
    account.refresh_from_db()
    assert account.closed_on is None


def test_only_owners_make_owners(acme, globex):
    admin = Browser(acme, Role.ADMIN)

    answer = admin.post("/admin/accounts/membership/add/", email="new@acme.test", name="New", role="owner")

    assert "owners" in answer.content.decode()
    assert not User.objects.filter(email="new@acme.test").exists()


def test_nobody_is_deleted_and_no_action_runs_on_many(acme, globex):
    person, owner = a_person(), Browser(acme)

    assert owner.post(page_of(person, "delete"), post="yes").status_code == 403
    data = {"action": "delete_selected", "_selected_action": str(person.pk), "post": "yes"}
    owner.post(list_of(Person), **data)

    assert Person.objects.filter(pk=person.pk).exists()


def test_members_are_offered_as_owners_and_former_ones_are_not(acme, globex):
    theirs = a_member(globex)
    browser = Browser(acme)
    found = browser.get(
        "/admin/autocomplete/", app_label="success", model_name="account", field_name="owner", term="Member"
    ).json()["results"]

    assert str(browser.user.pk) in {one["id"] for one in found}
    assert str(theirs.pk) not in {one["id"] for one in found}


def test_every_permission_that_a_page_asks_for_is_one(acme):
    assert {admin.see for admin in ADMINS} <= set(Permission)
