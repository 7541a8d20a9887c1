"""The shape of the house: rules that are checks, not wishes."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings

from accounts.events import catalogue, handlers_of
from accounts.models.base import TenantQuerySet
from accounts.permissions import GRANTS, Permission, Role

APPS = ["config", "accounts", "journeys", "success", "experience", "integrations"]
MODULES = [
    path for app in APPS for path in (settings.BASE_DIR / app).rglob("*.py") if "migrations" not in path.parts
]
SESSION_STATE = re.compile(
    r"\bSET (SESSION|ROLE|search_path|statement_timeout|TIME ZONE)\b"
    r"|\bLISTEN [a-z]|pg_advisory_lock\(|CREATE TRIGGER"
)
TENANT_MODELS = [model for app in settings.TENANT_APPS for model in apps.get_app_config(app).get_models()]


def _name(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_says_what_it_is_and_stays_small(path):
    source = path.read_text()
    assert len(source.splitlines()) <= 300
    assert not source or path.name == "apps.py" or ast.get_docstring(ast.parse(source))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_nothing_is_set_on_a_session_that_the_pool_would_hand_on(path):
    lines = [line for line in path.read_text().splitlines() if "ALTER ROLE" not in line]
    assert not [line for line in lines if SESSION_STATE.search(line)]


def test_no_app_lives_in_two_kinds_of_schema():
    assert not set(settings.SHARED_APPS) & set(settings.TENANT_APPS)


def test_every_task_names_its_tenant():
    ours = [task for name, task in current_app.tasks.items() if not name.startswith("celery.")]
    assert ours
    for task in ours:
        parameters = list(inspect.signature(task.run).parameters)
        assert parameters[:1] == ["schema"] or task.name.endswith("_everywhere"), task.name


def test_a_task_without_a_tenant_cannot_be_sent():
    task = current_app.tasks["journeys.tasks.fold_rollups"]
    with pytest.raises(TypeError):
        task.delay()


def test_beat_sends_only_what_fans_out():
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert str(entry["task"]).endswith("_everywhere")
        assert entry["task"] in current_app.tasks


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model.__name__)
def test_a_tenants_rows_ask_who_is_looking(model):
    queryset = model._default_manager.all()
    assert isinstance(queryset, TenantQuerySet)
    assert queryset.see in Permission


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model.__name__)
def test_no_constraint_reaches_into_public(model):
    for field in model._meta.concrete_fields:
        if field.is_relation and field.related_model._meta.app_label not in settings.TENANT_APPS:
            assert not field.db_constraint, field
            assert field.null, field


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model.__name__)
def test_keys_are_no_integers(model):
    key = model._meta.pk
    while key.is_relation:
        key = key.target_field
    assert key.get_internal_type() == "UUIDField"


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model.__name__)
def test_every_string_has_a_length(model):
    for field in model._meta.concrete_fields:
        if field.get_internal_type() in {"CharField", "TextField", "EmailField", "URLField"}:
            assert field.max_length, field


def test_every_role_is_granted_something_and_owners_everything():
    assert set(GRANTS) == set(Role)
    assert GRANTS[Role.OWNER] == frozenset(Permission)
    assert all(GRANTS[Role.VIEWER] <= granted for granted in GRANTS.values())


def test_a_viewer_only_sees():
    assert all(permission.value.endswith(".see") for permission in GRANTS[Role.VIEWER])


@pytest.mark.parametrize("permission", Permission, ids=str)
def test_every_permission_is_asked_for_somewhere(permission):
    asked = re.compile(rf"\.{permission.name}\b")
    places = [path for path in MODULES if _name(path) != "accounts/permissions.py"]
    assert any(asked.search(path.read_text()) for path in places)


@pytest.mark.parametrize("event", catalogue().values(), ids=lambda event: event.name)
def test_an_event_is_named_by_its_app_and_says_what_it_is(event):
    app, _, happening = event.name.partition(".")
    assert event.__module__.startswith(f"{app}.")
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", happening)
    assert inspect.getdoc(event)


def test_listeners_listen_to_events_that_exist():
    known = set(catalogue())
    for path in MODULES:
        for name in re.findall(r'@on\("([a-z_.]+)"\)', path.read_text()):
            assert name in known, f"{_name(path)} listens to {name}"
            assert handlers_of(name)
