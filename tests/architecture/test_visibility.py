"""Who may see rows of which kind: the whole of it as one table, and nothing that is not on it."""

from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model

from accounts.actor import Actor
from accounts.models.base import TenantQuerySet
from accounts.permissions import Permission
from tests.factories import an_actor

_P = Permission
SEEN_BY = {
    "accounts.ApiKey": _P.SEE_KEYS,
    "accounts.Membership": _P.SEE_MEMBERS,
    "accounts.TrustedDocument": _P.SEE_KEYS,
    "journeys.Affiliation": _P.SEE_PEOPLE,
    "journeys.Arrival": _P.SEE_TIMELINE,
    "journeys.Company": _P.SEE_COMPANIES,
    "journeys.DailyRollup": _P.SEE_TIMELINE,
    "journeys.Event": _P.SEE_TIMELINE,
    "journeys.Identity": _P.SEE_PEOPLE,
    "journeys.Person": _P.SEE_PEOPLE,
    "journeys.Stage": _P.SEE_PEOPLE,
    "journeys.StageVisit": _P.SEE_PEOPLE,
    "success.Account": _P.SEE_ACCOUNTS,
    "success.Contract": _P.SEE_ACCOUNTS,
    "success.Due": _P.SEE_HEALTH,
    "success.Feature": _P.SEE_HEALTH,
    "success.Health": _P.SEE_HEALTH,
    "success.HealthOverride": _P.SEE_HEALTH,
    "success.HealthRecord": _P.SEE_HEALTH,
    "success.Measure": _P.SEE_HEALTH,
    "success.NightlyPass": _P.SEE_HEALTH,
    "success.Scorecard": _P.SEE_HEALTH,
    "success.Signal": _P.SEE_HEALTH,
    "experience.Answer": _P.SEE_RESPONSES,
    "experience.Question": _P.SEE_SURVEYS,
    "experience.Response": _P.SEE_RESPONSES,
    "experience.Survey": _P.SEE_SURVEYS,
    "integrations.CustomerSequence": _P.SEE_AUDIT,
    "integrations.Delivery": _P.SEE_WEBHOOKS,
    "integrations.DeliveryAttempt": _P.SEE_WEBHOOKS,
    "integrations.OutboxEvent": _P.SEE_AUDIT,
    "integrations.Telling": _P.SEE_AUDIT,
    "integrations.WebhookEndpoint": _P.SEE_WEBHOOKS,
}


def rows_of(model: type[Model]) -> Any:
    return model._default_manager.all()


def test_everything_that_can_be_seen_is_on_the_table():
    shown = [model for model in apps.get_models() if isinstance(rows_of(model), TenantQuerySet)]
    assert {model._meta.label for model in shown} == set(SEEN_BY)


@pytest.mark.parametrize(("label", "permission"), SEEN_BY.items(), ids=list(SEEN_BY))
def test_one_permission_shows_it_and_no_other(label, permission):
    rows = rows_of(apps.get_model(label))
    others = an_actor(*(each for each in Permission if each != permission))

    assert not rows.visible_to(an_actor(permission)).query.is_empty()
    assert rows.visible_to(others).query.is_empty()
    assert rows.visible_to(Actor.nobody()).query.is_empty()
