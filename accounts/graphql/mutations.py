"""What can be changed of the ground floor."""

from typing import Any

import strawberry

from accounts import keys, members
from accounts.graphql.context import Info
from accounts.graphql.inputs import (
    ApiKeyIssueInput,
    ApiKeyRevokeInput,
    MemberAddInput,
    MemberChangeRoleInput,
    MemberEndInput,
)
from accounts.graphql.mutating import mutation
from accounts.graphql.relations import seen
from accounts.graphql.types import ApiKeyNode, MemberNode
from accounts.models import ApiKey, Membership


@strawberry.type
class AccountsMutation:
    @mutation(
        api_key=ApiKeyNode,
        secret=str,
        description="Issue a key. `secret` is the key itself, shown this once.",
    )
    def api_key_issue(self, info: Info, input: ApiKeyIssueInput) -> dict[str, Any]:
        issued = keys.issue(input.draft(), by=info.context.actor)
        return {"api_key": issued.key, "secret": issued.plain}

    @mutation(api_key=ApiKeyNode, description="Revoke a key for good.")
    def api_key_revoke(self, info: Info, input: ApiKeyRevokeInput) -> ApiKey:
        return keys.revoke(seen(ApiKeyNode, input.id, info), by=info.context.actor)

    @mutation(member=MemberNode, description="Make somebody a member.")
    def member_add(self, info: Info, input: MemberAddInput) -> Membership:
        return members.add(
            input.email, input.name, input.role, password=input.password, by=info.context.actor
        )

    @mutation(member=MemberNode, description="Give a member another role.")
    def member_change_role(self, info: Info, input: MemberChangeRoleInput) -> Membership:
        return members.change_role(seen(MemberNode, input.id, info), input.role, by=info.context.actor)

    @mutation(member=MemberNode, description="Let a member go.")
    def member_end(self, info: Info, input: MemberEndInput) -> Membership:
        return members.end(seen(MemberNode, input.id, info), by=info.context.actor)
