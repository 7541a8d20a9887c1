"""What can be changed of accounts, contracts, health and scorecards."""

from typing import cast

import strawberry
from strawberry import UNSET

from accounts.graphql.arguments import said
from accounts.graphql.context import Info
from accounts.graphql.ids import key_of
from accounts.graphql.mutating import mutation
from accounts.graphql.relations import seen
from journeys.graphql.types import CompanyNode
from success import accounts, contracts, overrides, scorecards, signals
from success.graphql import inputs
from success.graphql.types import (
    AccountNode,
    ContractNode,
    HealthOverrideNode,
    ScorecardNode,
    SignalNode,
)
from success.models import Account, Contract, HealthOverride, Scorecard, Signal


@strawberry.type
class SuccessMutation:
    @mutation(account=AccountNode, description="Open an account with a company.")
    def account_open(self, info: Info, input: inputs.AccountOpenInput) -> Account:
        company, owner = seen(CompanyNode, input.company_id, info, field="company_id"), input.owner_id
        draft = accounts.AccountDraft(
            company_id=company.pk,
            opened_on=input.opened_on,
            tier=input.tier,
            owner_id=key_of(owner, "User", field="owner_id") if owner is not None else None,
            recorded_at=input.recorded_at,
        )
        return accounts.open(draft, by=info.context.actor)

    @mutation(account=AccountNode, description="Give an account another owner or tier.")
    def account_update(self, info: Info, input: inputs.AccountUpdateInput) -> Account:
        changes, owner = said(input, "tier"), input.owner_id
        if owner is not UNSET:
            changes["owner_id"] = key_of(owner, "User", field="owner_id") if owner is not None else None
        account = seen(AccountNode, input.account_id, info, field="account_id")
        return accounts.update(account, cast("accounts.AccountChanges", changes), by=info.context.actor)

    @mutation(account=AccountNode, description="Close an account; its contracts end with it.")
    def account_close(self, info: Info, input: inputs.AccountCloseInput) -> Account:
        account = seen(AccountNode, input.account_id, info, field="account_id")
        return accounts.close(account, closed_on=input.closed_on, reason=input.reason, by=info.context.actor)

    @mutation(contract=ContractNode, description="Agree on a new contract.")
    def contract_agree(self, info: Info, input: inputs.ContractAgreeInput) -> Contract:
        draft = contracts.ContractDraft(
            account_id=seen(AccountNode, input.account_id, info, field="account_id").pk,
            recurring_revenue=input.recurring_revenue,
            currency=input.currency,
            starts_on=input.starts_on,
            ends_on=input.ends_on,
            recorded_at=input.recorded_at,
        )
        return contracts.agree(draft, by=info.context.actor)

    @mutation(contract=ContractNode, description="Renew a contract: a new one begins where it ends.")
    def contract_renew(self, info: Info, input: inputs.ContractRenewInput) -> Contract:
        return contracts.renew(_contract(input.contract_id, info), input.terms(), by=info.context.actor)

    @mutation(contract=ContractNode, description="Change the terms of a contract; makes a new version.")
    def contract_amend(self, info: Info, input: inputs.ContractAmendInput) -> Contract:
        return contracts.amend(_contract(input.contract_id, info), input.terms(), by=info.context.actor)

    @mutation(contract=ContractNode, description="Give a contract an end for good.")
    def contract_end(self, info: Info, input: inputs.ContractEndInput) -> Contract:
        contract = _contract(input.contract_id, info)
        return contracts.end(contract, input.ends_on, recorded_at=input.recorded_at, by=info.context.actor)

    @mutation(
        health_override=HealthOverrideNode,
        description="Show this score instead of the computed one, for a time.",
    )
    def health_override(self, info: Info, input: inputs.HealthOverrideInput) -> HealthOverride:
        return overrides.override(
            seen(AccountNode, input.account_id, info, field="account_id"),
            score=input.score,
            reason=input.reason,
            expires_at=input.expires_at,
            by=info.context.actor,
        )

    @mutation(account=AccountNode, description="Show the computed score again before the override expires.")
    def health_override_lift(self, info: Info, input: inputs.HealthOverrideLiftInput) -> Account:
        account: Account = seen(AccountNode, input.account_id, info, field="account_id")
        overrides.lift(account, by=info.context.actor)
        return account

    @mutation(scorecard=ScorecardNode, description="Put a new version of the scorecard in force.")
    def scorecard_publish(self, info: Info, input: inputs.ScorecardPublishInput) -> Scorecard:
        measures = [each.draft() for each in input.measures]
        return scorecards.publish(input.title, measures, by=info.context.actor)

    @mutation(signal=SignalNode, description="Say how events of a name count from now on.")
    def signal_set(self, info: Info, input: inputs.SignalSetInput) -> Signal:
        return signals.count_as(input.event_name, input.role, by=info.context.actor)


def _contract(id: str, info: Info) -> Contract:
    contract: Contract = seen(ContractNode, id, info, field="contract_id")
    return contract
