"""What we have with customers, hung on the companies of the ground floor and on those who look after them."""

from datetime import date

from accounts.graphql.connections import connection
from accounts.graphql.extend import extend
from accounts.graphql.fields import argument
from accounts.graphql.relations import of_each, one
from accounts.graphql.types import UserNode
from journeys.graphql.types import CompanyNode
from success.graphql.figures import HealthExplanation
from success.graphql.types import (
    AccountNode,
    ContractNode,
    HealthNode,
    HealthOverrideNode,
    HealthRecordNode,
    explained_on,
)

extend(CompanyNode, account=one(AccountNode, "pk", by="company_id", description="What we have with it."))
extend(UserNode, accounts=connection(AccountNode, by="owner", description="The accounts they look after."))
extend(
    AccountNode,
    health=one(HealthNode, "pk", description="How it does now."),
    health_on=of_each(
        HealthExplanation | None,
        explained_on,
        arguments=[argument("day", date, "The day; not one to come.")],
        description="How it did on a past day, as it was shown then.",
    ),
    health_history=connection(
        HealthRecordNode, by="account", description="Each day on which its health changed, the latest first."
    ),
    health_overrides=connection(
        HealthOverrideNode, by="account", description="The scores set by hand, the latest first."
    ),
    contracts=connection(
        ContractNode,
        by="account",
        narrow=lambda rows, **_: rows.current(),
        description="What is agreed now, the latest first.",
    ),
    contract_versions=connection(
        ContractNode, by="account", description="Every version of every contract, the latest first."
    ),
)
extend(
    ContractNode, supersedes=one(ContractNode, "supersedes_id", description="The version before this one.")
)
extend(HealthNode, account=one(AccountNode, "account_id", description="Whose it is."))
