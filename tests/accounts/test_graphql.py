"""The ground floor by GraphQL: who asks, members and keys."""

from accounts.graphql.ids import global_id
from accounts.models import ApiKey
from accounts.permissions import GRANTS, Permission, Role
from accounts.tenancy import public
from tests.client import Api
from tests.factories import a_key, a_member, a_membership

VIEWER = "{ viewer { kind label role permissions user { name email } tenant { name timeZone currency } } }"


def test_a_member_sees_who_they_are(globex):
    user = a_member(globex, Role.ANALYST)

    viewer = Api(globex, user)(VIEWER)["data"]["viewer"]

    assert viewer == {
        "kind": "USER",
        "label": user.name,
        "role": "ANALYST",
        "permissions": [each.name for each in sorted(GRANTS[Role.ANALYST])],
        "user": {"name": user.name, "email": user.email},
        "tenant": {"name": "Globex", "timeZone": "Europe/Berlin", "currency": "EUR"},
    }


def test_a_key_sees_what_it_may(acme):
    viewer = Api(acme, a_key(acme, Permission.SEE_PEOPLE))(VIEWER)["data"]["viewer"]

    assert (viewer["kind"], viewer["role"], viewer["permissions"], viewer["user"]) == (
        "KEY",
        None,
        ["SEE_PEOPLE"],
        None,
    )


def test_a_key_is_shown_once_and_works_until_it_is_revoked(acme, django_capture_on_commit_callbacks):
    owner = Api(acme, a_member(acme))
    issued = owner(
        """mutation { apiKeyIssue(input: {name: "CRM", scopes: [SEE_PEOPLE, SEE_COMPANIES]}) {
            apiKey { id name kind prefix scopes createdBy { name } } secret errors { message } } }"""
    )["data"]["apiKeyIssue"]
    program = Api(acme, issued["secret"])

    assert issued["errors"] == []
    assert issued["apiKey"]["scopes"] == ["SEE_COMPANIES", "SEE_PEOPLE"]
    assert issued["secret"].startswith(issued["apiKey"]["prefix"])
    with django_capture_on_commit_callbacks(execute=True):
        assert program("{ people { totalCount } }")["data"] == {"people": {"totalCount": 0}}

    listed = owner("{ apiKeys(filters: {isRevoked: false}) { nodes { name prefix lastUsedAt } } }")
    assert listed["data"]["apiKeys"]["nodes"][0]["lastUsedAt"]
    assert issued["secret"] not in str(listed)

    revoke = (
        "mutation($id: ID!) { apiKeyRevoke(input: {id: $id}) { apiKey { revokedAt } errors { code path } } }"
    )
    assert owner(revoke, id=issued["apiKey"]["id"])["data"]["apiKeyRevoke"]["apiKey"]["revokedAt"]
    assert owner(revoke, id=issued["apiKey"]["id"])["data"]["apiKeyRevoke"] == {
        "apiKey": None,
        "errors": [{"code": "CONFLICT", "path": ["id"]}],
    }
    assert program("{ viewer { kind } }")["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_nobody_gives_a_key_more_than_they_have(acme):
    api = Api(acme, a_key(acme, Permission.MANAGE_KEYS, Permission.SEE_PEOPLE))

    answer = api(
        """mutation { apiKeyIssue(input: {name: "x", scopes: [CHANGE_PEOPLE]}) {
            secret errors { code path } } }"""
    )

    assert answer["data"]["apiKeyIssue"] == {
        "secret": None,
        "errors": [{"code": "FORBIDDEN", "path": ["scopes"]}],
    }
    with public():
        assert ApiKey.objects.filter(tenant=acme).count() == 1


def test_a_write_key_belongs_to_its_source(acme):
    owner = Api(acme, a_member(acme))
    issue = """mutation($source: String!) { apiKeyIssue(input: {name: "web", kind: WRITE, source: $source}) {
        secret apiKey { source kind } errors { path } } }"""

    assert owner(issue, source="")["data"]["apiKeyIssue"]["errors"] == [{"path": ["source"]}]
    secret = owner(issue, source="website")["data"]["apiKeyIssue"]["secret"]
    sent = Api(acme, secret)(
        """mutation { eventsSend(input: {source: "stated", events: [
            {name: "page_viewed", identity: {kind: ANONYMOUS, value: "a1"}}]}) {
            storedCount errors { code } } }"""
    )
    stored = owner(
        '{ people { nodes { events(filters: {name: {exact: "page_viewed"}}) { nodes { source } } } } }'
    )

    assert sent["data"]["eventsSend"] == {"storedCount": 1, "errors": []}
    assert stored["data"]["people"]["nodes"] == [{"events": {"nodes": [{"source": "website"}]}}]


def test_members_come_change_and_go(acme):
    owner = Api(acme, a_member(acme))
    added = owner(
        """mutation { memberAdd(input: {email: "new@acme.test", name: "New", role: CSM,
            password: "correct horse battery"}) {
            member { id role user { name } endedAt } errors { path message } } }"""
    )["data"]["memberAdd"]

    assert added["errors"] == []
    assert added["member"]["user"] == {"name": "New"}

    change = "mutation($id: ID!) { memberChangeRole(input: {id: $id, role: VIEWER}) { member { role } } }"
    end = "mutation($id: ID!) { memberEnd(input: {id: $id}) { member { endedAt } errors { code } } }"
    assert owner(change, id=added["member"]["id"])["data"]["memberChangeRole"]["member"] == {"role": "VIEWER"}
    assert owner(end, id=added["member"]["id"])["data"]["memberEnd"]["member"]["endedAt"]
    active = owner(
        """{ members(filters: {isActive: true}) { totalCount }
            gone: members(filters: {isActive: false}) { totalCount } }"""
    )
    assert active["data"] == {"members": {"totalCount": 1}, "gone": {"totalCount": 1}}


def test_the_last_owner_stays(acme):
    membership = a_membership(acme)

    answer = Api(acme, membership.user)(
        "mutation($id: ID!) { memberEnd(input: {id: $id}) { errors { code path } } }",
        id=global_id("Member", membership.pk),
    )

    assert answer["data"]["memberEnd"]["errors"] == [{"code": "CONFLICT", "path": ["role"]}]


def test_a_weak_password_is_a_fields_error(acme):
    answer = Api(acme, a_member(acme))(
        """mutation { memberAdd(input: {email: "new@acme.test", name: "New", role: CSM, password: "short"}) {
            member { id } errors { path code } } }"""
    )

    assert answer["data"]["memberAdd"] == {
        "member": None,
        "errors": [{"path": ["password"], "code": "INVALID"}],
    }


def test_members_are_found_by_name_role_and_text(acme):
    owner = Api(acme, a_member(acme))
    a_membership(acme, Role.CSM, email="grace@acme.test")

    found = owner(
        """{ a: members(search: "GRACE") { nodes { role } }
            b: members(filters: {role: {in: [CSM, VIEWER]}}) { totalCount }
            c: members(filters: {role: {exact: OWNER}}, ordering: [{createdAt: DESC}]) { nodes { role } } }"""
    )["data"]

    assert found == {
        "a": {"nodes": [{"role": "CSM"}]},
        "b": {"totalCount": 1},
        "c": {"nodes": [{"role": "OWNER"}]},
    }
