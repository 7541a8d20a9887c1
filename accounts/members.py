"""Members of a tenant: invited, given a role, and let go; never deleted."""

from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Conflict, Invalid, NotFound
from accounts.events import emit
from accounts.happenings import MemberAdded, MemberLeft, MemberRoleChanged
from accounts.models import Membership, User
from accounts.permissions import Permission, Role
from accounts.tenancy import public, tenant


@transaction.atomic
def add(email: str, name: str, role: str, *, password: str | None = None, by: Actor) -> Membership:
    """Make somebody a member; a user who is new here needs a password, one who is known keeps theirs."""
    by.require(Permission.MANAGE_MEMBERS)
    wanted = _role(role, by)
    try:
        validate_email(email)
    except ValidationError as refusal:
        raise Invalid("This is not an e-mail address.", field="email") from refusal
    with public():
        user = User.objects.filter(email__iexact=email).first() or _new_user(email, name, password)
        if Membership.objects.filter(user=user, tenant=tenant(), ended_at=None).exists():
            raise Conflict("This user is already a member.", field="email")
        membership = Membership.objects.create(user=user, tenant=tenant(), role=wanted)
    emit(MemberAdded(user_id=user.pk, role=wanted), by=by)
    return membership


@transaction.atomic
def change_role(membership: Membership, role: str, *, by: Actor) -> Membership:
    """Give a member another role; the last owner stays one."""
    by.require(Permission.MANAGE_MEMBERS)
    wanted = _role(role, by)
    with public():
        locked = _locked(membership, by)
        if wanted != Role.OWNER:
            _keep_an_owner(locked)
        previous, locked.role = locked.role, wanted
        locked.save(update_fields=["role"])
    if previous != wanted:
        emit(MemberRoleChanged(user_id=locked.user_id, role=wanted, previous_role=previous), by=by)
    return locked


@transaction.atomic
def end(membership: Membership, *, by: Actor) -> Membership:
    """Let a member go; they are nobody here from the next request on."""
    by.require(Permission.MANAGE_MEMBERS)
    with public():
        locked = _locked(membership, by)
        _keep_an_owner(locked)
        locked.ended_at = timezone.now()
        locked.save(update_fields=["ended_at"])
    emit(MemberLeft(user_id=locked.user_id), by=by)
    return locked


def find(membership_id: UUID, *, by: Actor) -> Membership:
    """A member of the current tenant."""
    with public():
        rows = Membership.objects.visible_to(by).filter(tenant=tenant())
        found = rows.filter(pk=membership_id).select_related("user").first()
    if found is None:
        raise NotFound("There is no such member.", field="id")
    return found


def _role(role: str, by: Actor) -> Role:
    if role not in Role.values:
        raise Invalid("There is no such role.", field="role")
    if role == Role.OWNER:
        by.require(Permission.MANAGE_OWNERS)
    return Role(role)


def _locked(membership: Membership, by: Actor) -> Membership:
    rows = Membership.objects.select_for_update(of=("self",)).filter(tenant=tenant(), ended_at=None)
    found = rows.filter(pk=membership.pk).first()
    if found is None:
        raise NotFound("This user is no member any more.", field="id")
    if found.role == Role.OWNER:
        by.require(Permission.MANAGE_OWNERS)
    return found


def _keep_an_owner(leaving: Membership) -> None:
    if leaving.role != Role.OWNER:
        return
    owners = (
        Membership.objects.select_for_update(of=("self",)).active().filter(tenant=tenant(), role=Role.OWNER)
    )
    if not [owner for owner in owners if owner.pk != leaving.pk]:
        raise Conflict("A tenant keeps at least one owner.", field="role")


def _new_user(email: str, name: str, password: str | None) -> User:
    if not name.strip() or len(name) > 200 or "\0" in name:
        raise Invalid("Give the user a name of at most 200 characters.", field="name")
    user = User(email=email, name=name.strip())
    try:
        validate_password(password or "", user)
    except ValidationError as refusal:
        raise Invalid(" ".join(refusal.messages), field="password") from refusal
    user.set_password(password)
    user.save()
    return user
