"""How tests of the admin ask for pages."""

from http import HTTPStatus
from typing import Any

from django.contrib.messages import get_messages
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts.models import Tenant
from accounts.permissions import Role
from accounts.tenancy import public
from tests.client import signed_in
from tests.factories import a_member


class Browser:
    """A member of the tenant in the admin."""

    def __init__(self, tenant: Tenant, role: str = Role.OWNER) -> None:
        self.user = a_member(tenant, role)
        self.client: Client = signed_in(tenant, self.user)

    def get(self, path: str, **query: Any) -> Any:
        """A page."""
        return self.client.get(path, query)

    def page(self, path: str, **query: Any) -> str:
        """The text of a page that is there."""
        answer = self.get(path, **query)
        assert answer.status_code == HTTPStatus.OK, (path, answer.status_code, answer.headers.get("Location"))
        return answer.content.decode()

    def post(self, path: str, **data: Any) -> Any:
        """What a form sent to a page gives back."""
        return self.client.post(path, {key: value for key, value in data.items() if value is not None})


def list_of(model: type[models.Model]) -> str:
    """Where the list of a model is."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def add_to(model: type[models.Model]) -> str:
    """Where the form for a new row of a model is."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def page_of(row: models.Model, act: str = "change") -> str:
    """Where a row's page is, or that of a deed on it."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{act}", args=[row.pk])


def errors_of(answer: Any) -> dict[str, list[str]]:
    """What a form was refused for, by field; of a page that was shown again."""
    assert answer.status_code == HTTPStatus.OK, answer.status_code
    context = answer.context
    form = context["adminform"].form if "adminform" in context else context["form"]
    return {field: [str(error) for error in errors] for field, errors in form.errors.items()}


def told(answer: Any) -> str:
    """The last message that the next page will show, after a form that was accepted."""
    assert answer.status_code == HTTPStatus.FOUND, (answer.status_code, errors_of(answer))
    return [str(message) for message in get_messages(answer.wsgi_request)][-1]


def is_too_late(answer: Any) -> bool:
    """Whether a deed was not done, and its page not shown, because the row has changed meanwhile."""
    return told(answer).endswith("is not possible any more: this changed meanwhile.")


def browsing_in(zone: str, tenant: Tenant) -> Browser:
    """A member of the tenant, whose clock is that of the zone."""
    with public():
        Tenant.objects.filter(pk=tenant.pk).update(time_zone=zone)
    return Browser(tenant)
