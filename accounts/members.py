"""Members of a tenant: invited, given a role, and let go; never deleted."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Conflict, Forbidden, Invalid, NotFound
from accounts.events import emit
from accounts.happenings import MemberAdded, MemberLeft, MemberRoleChanged, PasswordChanged
from accounts.models import Membership, Tenant, User
from accounts.permissions import GRANTS, Permission, Role
from accounts.tenancy import public, tenant

LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True)
class Hashed:
    """A password as it is stored: for who brings members along, or gives many the same first one."""

    encoded: str


@transaction.atomic
def add(email: str, name: str, role: str, *, password: str | Hashed, by: Actor) -> Membership:
    """Make somebody a member, with a first password; one who left before comes back as the same user."""
    by.require(Permission.MANAGE_MEMBERS)
    wanted = _role(role, by)
    _check(email, name)
    with public():
        # of two who add the same address at once, the second sees the first's
        Tenant.objects.select_for_update(no_key=True).get(pk=tenant().pk)
        user = User.objects.filter(tenant=tenant(), email__iexact=email).first() or User(tenant=tenant())
        if Membership.objects.filter(user=user.pk, ended_at=None).exists():
            raise Conflict("This user is already a member.", field="email")
        user.email, user.name = email, name.strip()
        _give_password(user, password)
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


@transaction.atomic
def change_password(user: User, password: str, *, by: Actor) -> User:
    """Give oneself another password; everywhere else where one is signed in, one is so no more."""
    if by.kind != "user" or by.id != user.pk:
        raise Forbidden("Everybody changes their own password.")
    _give_password(user, password)
    emit(PasswordChanged(user_id=user.pk), by=by)
    return user


@transaction.atomic
def reset_password(membership: Membership, password: str, *, by: Actor) -> Membership:
    """Give a member who forgot theirs another password; where they are signed in, they are so no more."""
    by.require(Permission.MANAGE_MEMBERS)
    with public():
        locked = _locked(membership, by)
        _give_password(locked.user, password)
    emit(PasswordChanged(user_id=locked.user_id), by=by)
    return locked


@transaction.atomic
def make_owner(email: str, password: str, *, by: Actor) -> Membership:
    """Let somebody in as an owner with this password, whether they are a member already or not."""
    with public():
        rows = Membership.objects.active().filter(tenant=tenant(), user__email__iexact=email)
        known = rows.first()
    if known is None:
        return add(email, email.partition("@")[0], Role.OWNER, password=password, by=by)
    reset_password(known, password, by=by)
    return change_role(known, Role.OWNER, by=by)


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
    _require_all_of(Role(role), by)
    return Role(role)


def _require_all_of(role: Role, by: Actor) -> None:
    """Nobody gives, or takes away, what they do not have."""
    if role == Role.OWNER:
        by.require(Permission.MANAGE_OWNERS)
    if beyond := GRANTS[role] - by.permissions:
        raise Forbidden(f"This role may do what you may not: “{min(beyond).label}”.", field="role")


def _locked(membership: Membership, by: Actor) -> Membership:
    rows = Membership.objects.select_for_update(of=("self",)).filter(tenant=tenant(), ended_at=None)
    found = rows.filter(pk=membership.pk).first()
    if found is None:
        raise NotFound("This user is no member any more.", field="id")
    _require_all_of(Role(found.role), by)
    return found


def _keep_an_owner(leaving: Membership) -> None:
    if leaving.role != Role.OWNER:
        return
    owners = (
        Membership.objects.select_for_update(of=("self",)).active().filter(tenant=tenant(), role=Role.OWNER)
    )
    if not [owner for owner in owners if owner.pk != leaving.pk]:
        raise Conflict("A tenant keeps at least one owner.", field="role")


def _check(email: str, name: str) -> None:
    if len(email) > LONGEST_EMAIL:
        raise Invalid(f"An e-mail address is at most {LONGEST_EMAIL} characters.", field="email")
    try:
        validate_email(email)
    except ValidationError as refusal:
        raise Invalid("This is not an e-mail address.", field="email") from refusal
    if not name.strip() or len(name) > 200 or "\0" in name:
        raise Invalid("Give the user a name of at most 200 characters.", field="name")


def _give_password(user: User, password: str | Hashed) -> None:
    if isinstance(password, Hashed):
        user.password = password.encoded
        user.save()
        return
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        raise Invalid(" ".join(refusal.messages), field="password") from refusal
    user.set_password(password)
    user.save()
