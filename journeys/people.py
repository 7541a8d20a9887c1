"""People: made known by hand, kept up to date, put away and brought back.

`journeys.identities` recognises them by what they call themselves; `journeys.intake` meets them in bulk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Conflict, Invalid, NotFound
from accounts.events import emit
from accounts.permissions import Permission
from journeys import identities
from journeys.checks import check, conflicts
from journeys.events import PersonArchived, PersonCreated, PersonRestored, PersonUpdated
from journeys.models import Identity, IdentityKind, Person
from journeys.portraits import laid_over

EMAIL_TAKEN = {"person_email_unique_while_active": "email"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDraft:
    """A person as somebody describes them; `user_id` is the tenant's own id of them."""

    name: str = ""
    email: str = ""
    phone: str = ""
    user_id: str = ""
    traits: Mapping[str, Any] = field(default_factory=dict)


class PersonChanges(TypedDict, total=False):
    """What may be changed; what is left out stays. Traits are laid over the known ones, null forgets one."""

    name: str
    email: str
    phone: str
    traits: Mapping[str, Any]


def find(id: UUID, *, by: Actor) -> Person:
    """The person with this id; NotFound when there is none, or none that the actor may see."""
    person = Person.objects.visible_to(by).filter(pk=id).first()
    if person is None:
        raise NotFound("There is no such person.")
    return person


@transaction.atomic
def create(draft: PersonDraft, *, by: Actor) -> Person:
    """Make a person known; refused when the e-mail address or the user id belongs to somebody already."""
    by.require(Permission.CHANGE_PEOPLE)
    person = Person(
        name=draft.name.strip(),
        email=draft.email.strip().lower(),
        phone=draft.phone.strip(),
        traits=laid_over({}, draft.traits),
    )
    check(person)
    identities.lock()
    with conflicts(Person, EMAIL_TAKEN):
        person.save(force_insert=True)
    _identify(person, IdentityKind.EMAIL, person.email, field="email")
    _identify(person, IdentityKind.USER, draft.user_id, field="user_id")
    if not person.email and not draft.user_id:
        _identify(person, IdentityKind.INTERNAL, str(person.pk), field="id")
    emit(PersonCreated(person_id=person.pk), by=by)
    return person


@transaction.atomic
def update(person: Person, changes: PersonChanges, *, by: Actor) -> Person:
    """Change what is known of a person. A former e-mail address stays one of their identities."""
    by.require(Permission.CHANGE_PEOPLE)
    if "email" in changes:
        identities.lock()
    current = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    before = {name: getattr(current, name) for name in PersonChanges.__annotations__}
    after: dict[str, Any] = {**before, **changes}
    for name in {"name", "phone"} & set(changes):
        after[name] = after[name].strip()
    after["email"] = after["email"].strip().lower()
    after["traits"] = laid_over(current.traits, changes.get("traits", {}))
    changed = sorted(name for name in before if after[name] != before[name])
    if not changed:
        return current
    for name in changed:
        setattr(current, name, after[name])
    check(current)
    with conflicts(Person, EMAIL_TAKEN):
        current.save(update_fields=[*changed, "updated_at"])
    if "email" in changed and not Person.objects.known_as("email", current.email).filter(pk=current.pk):
        _identify(current, IdentityKind.EMAIL, current.email, field="email")
    emit(PersonUpdated(person_id=current.pk, changed=changed), by=by)
    return current


@transaction.atomic
def archive(person: Person, *, by: Actor) -> Person:
    """Put a person away; what they did stays on the timeline."""
    by.require(Permission.CHANGE_PEOPLE)
    current = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if current.archived_at:
        raise Conflict(f"{current} is archived already.")
    current.archived_at = timezone.now()
    current.save(update_fields=["archived_at", "updated_at"])
    emit(PersonArchived(person_id=current.pk), by=by)
    return current


@transaction.atomic
def restore(person: Person, *, by: Actor) -> Person:
    """Bring back a person who was put away."""
    by.require(Permission.CHANGE_PEOPLE)
    current = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not current.archived_at:
        raise Conflict(f"{current} is not archived.")
    current.archived_at = None
    with conflicts(Person, EMAIL_TAKEN):
        current.save(update_fields=["archived_at", "updated_at"])
    emit(PersonRestored(person_id=current.pk), by=by)
    return current


def _identify(person: Person, kind: IdentityKind, value: str, *, field: str) -> None:
    if not value:
        return
    identity = Identity(person=person, kind=kind, value=value)
    try:
        check(identity)
    except Invalid as refusal:
        raise Invalid(refusal.message, field=field) from refusal
    with conflicts(Identity, {"identity_unique": field}):
        identity.save(force_insert=True)
