"""Tenants: created in one transaction, suspended, resumed, deleted with everything that was theirs."""

import re

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import migrating, provisioning
from accounts.errors import Conflict, Invalid
from accounts.models import Domain, Tenant
from accounts.tenancy import public

HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*")
"""A host as browsers name it: in small letters, without scheme, port or path."""

LIVE = "Suspend the tenant before you delete it."
"""Why a tenant is not deleted."""


class TenantGone(LookupError):
    """The tenant is unknown or suspended: its work is not to be done."""


def live(schema: str) -> Tenant:
    """The tenant with this schema, for workers to go inside; TenantGone where it is none or suspended."""
    with public():
        found = Tenant.objects.live().filter(schema_name=schema).first()
    if found is None:
        raise TenantGone(schema)
    return found


def create(name: str, schema: str, domain: str, *, time_zone: str = "UTC", currency: str = "EUR") -> Tenant:
    """Create a tenant with its schema, role and tables: all of it, or nothing."""
    tenant = Tenant(name=name, schema_name=schema, time_zone=time_zone, currency=currency)
    return create_from(tenant, domain)


def create_from(tenant: Tenant, domain: str) -> Tenant:
    """Create the tenant that this unsaved row describes."""
    host = domain.lower()
    with public(), transaction.atomic():
        _check(tenant, host)
        try:
            with transaction.atomic():
                tenant.save(force_insert=True)
                Domain.objects.create(domain=host, tenant=tenant, is_primary=True)
        except IntegrityError as lost:
            raise Conflict("Another tenant of this schema or host was made at the same moment.") from lost
        provisioning.build_wall(tenant)
        migrating.migrate_new(tenant)
    return tenant


def _check(tenant: Tenant, host: str) -> None:
    try:
        tenant.full_clean()
    except ValidationError as refusal:
        field, messages = next(iter(refusal.message_dict.items()))
        raise Invalid(" ".join(messages), field=field) from refusal
    if not re.fullmatch("[A-Z]{3}", tenant.currency):
        raise Invalid("This is not a currency such as EUR.", field="currency")
    if not HOST.fullmatch(host):
        raise Invalid("This is not the name of a host, such as acme.example.com.", field="domain")
    if host in settings.API_HOSTS:
        raise Conflict("This is the API's host, on which a key names the tenant.", field="domain")
    if Domain.objects.filter(domain=host).exists():
        raise Conflict("This host name belongs to a tenant already.", field="domain")


def suspend(tenant: Tenant) -> None:
    """Shut a tenant: its hosts are not found, its keys open nothing, its tasks are not run."""
    with public():
        Tenant.objects.filter(pk=tenant.pk, suspended_at=None).update(suspended_at=timezone.now())


def resume(tenant: Tenant) -> None:
    """Open a suspended tenant again."""
    with public():
        Tenant.objects.filter(pk=tenant.pk).update(suspended_at=None)


def delete(tenant: Tenant) -> None:
    """Delete a suspended tenant: schema, role, keys, users, members and sessions."""
    with public(), transaction.atomic():
        if not Tenant.objects.select_for_update().filter(pk=tenant.pk).exclude(suspended_at=None).exists():
            raise Conflict(LIVE)
        provisioning.raze(tenant)
        Tenant.objects.filter(pk=tenant.pk).delete()
        _forget_sessions(tenant)


def _forget_sessions(tenant: Tenant) -> None:
    bound = str(tenant.pk)
    ended = [row.pk for row in Session.objects.iterator() if row.get_decoded().get("_tenant") == bound]
    Session.objects.filter(pk__in=ended).delete()
