"""Companies: made known by hand or by being named, kept up to date, put away and brought back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Conflict, NotFound
from accounts.events import emit, emit_many
from accounts.identifiers import uuid7
from accounts.permissions import Permission
from journeys.checks import check, conflicts, told
from journeys.events import CompanyArchived, CompanyCreated, CompanyRestored, CompanyUpdated
from journeys.models import Company
from journeys.portraits import laid_over
from journeys.storable import domain_of

KEY_TAKEN = {"company_key_unique": "key"}

_MEET = """
INSERT INTO journeys_company (
    id, created_at, updated_at, name, domain, key, traits, tier, currency, is_customer
)
SELECT
    (%s || lpad(to_hex(given.number), 4, '0'))::uuid, now(), now(),
    given.key, '', given.key, '{}', '', '', false
FROM unnest(%s::text[]) WITH ORDINALITY AS given (key, number)
WHERE NOT EXISTS (SELECT FROM journeys_company named WHERE named.key = given.key AND named.key <> '')
ORDER BY given.key
ON CONFLICT (key) WHERE key <> '' DO NOTHING
RETURNING id
"""

_DESCRIBE = """
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s::json) AS given (
        company_id uuid, tier text, recurring_revenue numeric(14, 2), currency text, renewal_on date,
        owner_id uuid, is_customer boolean
    )
), locked AS MATERIALIZED (
    SELECT company.id FROM journeys_company company JOIN given ON given.company_id = company.id
    ORDER BY company.id FOR NO KEY UPDATE OF company
)
UPDATE journeys_company company SET
    tier = given.tier, recurring_revenue = given.recurring_revenue, currency = given.currency,
    renewal_on = given.renewal_on, owner_id = given.owner_id, is_customer = given.is_customer
FROM given JOIN locked ON locked.id = given.company_id
WHERE company.id = given.company_id AND (
    company.tier, company.recurring_revenue, company.currency,
    company.renewal_on, company.owner_id, company.is_customer
) IS DISTINCT FROM (
    given.tier, given.recurring_revenue, given.currency, given.renewal_on, given.owner_id, given.is_customer
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyDraft:
    """A company as somebody describes it; `key` is the tenant's own id of it."""

    name: str
    domain: str = ""
    key: str = ""
    traits: Mapping[str, Any] = field(default_factory=dict)


class CompanyChanges(TypedDict, total=False):
    """What may be changed; what is left out stays. Traits are laid over the known ones, null forgets one."""

    name: str
    domain: str
    key: str
    traits: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What every part must know of a company's account."""

    company_id: UUID
    tier: str = ""
    recurring_revenue: Decimal | None = None
    currency: str = ""
    renewal_on: date | None = None
    owner_id: UUID | None = None
    is_customer: bool = False


def find(id: UUID, *, by: Actor) -> Company:
    """The company with this id; NotFound when there is none, or none that the actor may see."""
    company = Company.objects.visible_to(by).filter(pk=id).first()
    if company is None:
        raise NotFound("There is no such company.")
    return company


@transaction.atomic
def create(draft: CompanyDraft, *, by: Actor) -> Company:
    """Make a company known; refused when the key names one already."""
    by.require(Permission.CHANGE_COMPANIES)
    company = Company(
        name=draft.name.strip(),
        domain=_domain(draft.domain),
        key=draft.key,
        traits=laid_over({}, draft.traits),
    )
    check(company)
    with conflicts(Company, KEY_TAKEN):
        company.save(force_insert=True)
    emit(CompanyCreated(company_id=company.pk), by=by)
    return company


@transaction.atomic
def update(company: Company, changes: CompanyChanges, *, by: Actor) -> Company:
    """Change what is known of a company."""
    by.require(Permission.CHANGE_COMPANIES)
    current = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    before = {name: getattr(current, name) for name in CompanyChanges.__annotations__}
    after = {**before, **changes, "traits": laid_over(current.traits, changes.get("traits", {}))}
    if "name" in changes:
        after["name"] = changes["name"].strip()
    if after["domain"] != current.domain:
        after["domain"] = _domain(after["domain"])
    changed = sorted(name for name in before if after[name] != before[name])
    if not changed:
        return current
    for name in changed:
        setattr(current, name, after[name])
    check(current)
    with conflicts(Company, KEY_TAKEN):
        current.save(update_fields=[*changed, "updated_at"])
    emit(CompanyUpdated(company_id=current.pk, changed=changed), by=by)
    return current


def _domain(stated: str) -> str:
    with told():
        return domain_of("domain", stated)


@transaction.atomic
def archive(company: Company, *, by: Actor) -> Company:
    """Put a company away; what happened in it stays on the timeline."""
    by.require(Permission.CHANGE_COMPANIES)
    current = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    if current.archived_at:
        raise Conflict(f"{current} is archived already.")
    current.archived_at = timezone.now()
    current.save(update_fields=["archived_at", "updated_at"])
    emit(CompanyArchived(company_id=current.pk), by=by)
    return current


@transaction.atomic
def restore(company: Company, *, by: Actor) -> Company:
    """Bring back a company that was put away."""
    by.require(Permission.CHANGE_COMPANIES)
    current = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    if not current.archived_at:
        raise Conflict(f"{current} is not archived.")
    current.archived_at = None
    current.save(update_fields=["archived_at", "updated_at"])
    emit(CompanyRestored(company_id=current.pk), by=by)
    return current


def meet(keys: Collection[str], *, by: Actor) -> None:
    """See to it that companies with these keys are there; for verbs that have asked for permission."""
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MEET, [str(uuid7())[:-4], list(keys)])
        born = [id for (id,) in cursor.fetchall()]
    emit_many([CompanyCreated(company_id=id) for id in sorted(born)], by=by)


def describe(rows: Sequence[Description]) -> None:
    """Keep what customer success says of companies; its verbs have asked for permission and announced it."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_DESCRIBE, [DjangoJSONEncoder().encode([asdict(row) for row in rows])])
