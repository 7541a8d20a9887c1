"""Members: added, given another role, let go; the last owner stays."""

import pytest

from accounts import members
from accounts.errors import Conflict, DomainError, Forbidden, NotFound
from accounts.models import Membership, User
from accounts.permissions import GRANTS, Permission, Role
from accounts.tenancy import inside, public
from tests.factories import PASSWORD, a_member, a_membership, acting, an_actor


def test_a_member_of_one_tenant_is_nobody_in_another(acme, globex):
    user = a_member(acme, Role.ADMIN)
    assert acting(user, acme).role == Role.ADMIN
    assert acting(user, globex).kind == "nobody"
    assert acting(user, globex).permissions == frozenset()


def test_the_same_address_in_two_tenants_is_two_users(acme, globex):
    """Otherwise whoever makes a user in one tenant could sign in as them in another."""
    user, other = a_member(acme), PASSWORD[::-1]
    with inside(globex):
        joined = members.add(user.email.upper(), "Another", Role.VIEWER, password=other, by=an_actor())
    assert joined.user_id != user.pk
    with public():
        assert not User.objects.get(pk=joined.user_id).check_password(PASSWORD)
    assert acting(user, globex).kind == "nobody"


def test_one_who_left_comes_back_as_the_same_user(acme, globex):
    a_membership(acme)
    left = a_membership(acme, Role.CSM)
    members.end(left, by=an_actor())
    back = members.add(left.user.email, "Back", Role.VIEWER, password=PASSWORD, by=an_actor())
    assert (back.user_id, back.role) == (left.user_id, Role.VIEWER)


@pytest.mark.parametrize(
    ("email", "name", "role", "password", "field"),
    [
        ("not an address", "N", "csm", PASSWORD, "email"),
        ("a\0@acme.test", "N", "csm", PASSWORD, "email"),
        ("n@acme.test", " ", "csm", PASSWORD, "name"),
        ("n@acme.test", "N" * 201, "csm", PASSWORD, "name"),
        ("n@acme.test", "N", "emperor", PASSWORD, "role"),
        ("n@acme.test", "N", "csm", "short", "password"),
        ("n" * 250 + "@acme.test", "N", "csm", PASSWORD, "email"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(acme, globex, email, name, role, password, field):
    with pytest.raises(DomainError) as refusal:
        members.add(email, name, role, password=password, by=an_actor())
    assert refusal.value.field == field
    assert not Membership.objects.exists()


def test_nobody_is_a_member_twice(acme, globex):
    member = a_membership(acme)
    with pytest.raises(Conflict):
        members.add(member.user.email, "N", Role.CSM, password=PASSWORD, by=an_actor())


def test_the_last_owner_stays(acme, globex):
    owner = a_membership(acme)
    a_membership(globex)
    with pytest.raises(Conflict):
        members.end(owner, by=an_actor())
    with pytest.raises(Conflict):
        members.change_role(owner, Role.ADMIN, by=an_actor())

    a_membership(acme)
    assert members.change_role(owner, Role.ADMIN, by=an_actor()).role == Role.ADMIN


def test_an_admin_makes_no_owners(acme, globex):
    admin = an_actor(Permission.MANAGE_MEMBERS)
    with pytest.raises(Forbidden):
        members.add("n@acme.test", "N", Role.OWNER, password=PASSWORD, by=admin)
    with pytest.raises(Forbidden):
        members.end(a_membership(acme), by=admin)


def test_nobody_gives_or_takes_away_a_role_that_may_more_than_they(acme, globex):
    by = an_actor(Permission.MANAGE_MEMBERS, *GRANTS[Role.VIEWER])
    viewer, admin = a_membership(acme, Role.VIEWER), a_membership(acme, Role.ADMIN)
    with pytest.raises(Forbidden):
        members.add("n@acme.test", "N", Role.CSM, password=PASSWORD, by=by)
    with pytest.raises(Forbidden):
        members.change_role(viewer, Role.ADMIN, by=by)
    with pytest.raises(Forbidden):
        members.change_role(admin, Role.VIEWER, by=by)
    with pytest.raises(Forbidden):
        members.end(admin, by=by)
    assert members.add("n@acme.test", "N", Role.VIEWER, password=PASSWORD, by=by).role == Role.VIEWER


def test_a_neighbours_member_is_not_found(acme, globex):
    theirs = a_membership(globex)
    with pytest.raises(NotFound):
        members.find(theirs.pk, by=an_actor())
    with pytest.raises(NotFound):
        members.end(theirs, by=an_actor())


def test_nobody_changes_anothers_password(acme, globex):
    user, owner = a_member(acme), acting(a_member(acme, Role.OWNER), acme)
    wanted = "another horse, another staple"
    with public():
        fresh = User.objects.get(pk=user.pk)

    for by in (owner, an_actor()):
        with pytest.raises(Forbidden):
            members.change_password(fresh, wanted, by=by)
    with pytest.raises(DomainError) as refusal:
        members.change_password(fresh, "short", by=acting(user, acme))
    assert refusal.value.field == "password"
    members.change_password(fresh, wanted, by=acting(user, acme))

    with public():
        assert User.objects.get(pk=user.pk).check_password(wanted)
