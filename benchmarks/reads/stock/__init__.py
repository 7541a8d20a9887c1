"""The reference: stock strawberry-django over the same models, as its documentation shows it.

Types by `auto`, connections by relay, the optimizer on, its own view and executor. It has not what ours does
besides: limits, cost, permissions, visibility. What it has no words for (which affiliations, which order) is
said in `get_queryset`, so that both return the same rows.
"""

from decimal import Decimal
from typing import Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import UNSET, auto, relay
from strawberry.django.views import GraphQLView
from strawberry_django.optimizer import DjangoOptimizerExtension
from strawberry_django.relay import DjangoListConnection

from accounts.models import User
from experience.models import Answer, Response
from journeys.models import Affiliation, Company, Person
from success.models import Account, Health


@strawberry.type
class Money:
    """An amount with its currency."""

    amount: Decimal
    currency: str


@strawberry_django.type(User, name="User")
class UserType(relay.Node):
    """Somebody who looks after accounts."""

    name: auto
    email: auto


@strawberry_django.type(Person, name="Person")
class PersonType(relay.Node):
    """A person."""

    name: auto
    email: auto


@strawberry_django.type(Affiliation, name="Affiliation")
class AffiliationType(relay.Node):
    """A person in a company."""

    person: PersonType

    @classmethod
    def get_queryset(cls, queryset: QuerySet, info: Any, **_: Any) -> QuerySet:
        """Those who are there now."""
        return queryset.filter(until=None).order_by("person_id")


@strawberry_django.type(Answer, name="Answer")
class AnswerType(relay.Node):
    """An answer to one question."""

    score: auto
    text: auto

    @classmethod
    def get_queryset(cls, queryset: QuerySet, info: Any, **_: Any) -> QuerySet:
        """In the order of the survey."""
        return queryset.order_by("question__position", "id")


@strawberry_django.type(Response, name="Response")
class ResponseType(relay.Node):
    """What somebody answered."""

    responded_at: auto
    channel: auto
    answers: list[AnswerType]

    @classmethod
    def get_queryset(cls, queryset: QuerySet, info: Any, **_: Any) -> QuerySet:
        """The latest first."""
        return queryset.order_by("-responded_at", "-id")


@strawberry_django.type(Company, name="Company")
class CompanyType(relay.Node):
    """A company."""

    name: auto
    domain: auto
    renewal_on: auto
    affiliations: DjangoListConnection[AffiliationType] = strawberry_django.connection()
    responses: DjangoListConnection[ResponseType] = strawberry_django.connection()

    @strawberry_django.field(only=["recurring_revenue", "currency"])
    def recurring_revenue(root: strawberry.Parent[Company]) -> Money | None:  # noqa: N805 - a static resolver
        """What it pays in a year."""
        if root.recurring_revenue is None:
            return None
        return Money(amount=root.recurring_revenue, currency=root.currency)


@strawberry_django.type(Health, name="Health")
class HealthType:
    """The health of an account."""

    score: auto
    coverage: auto
    band: auto
    scored_at: auto


@strawberry_django.order_type(Company)
class CompanyOrder:
    """Orders of companies."""

    renewal_on: auto


@strawberry_django.order_type(Account)
class AccountOrder:
    """Orders of accounts."""

    company: CompanyOrder | None = UNSET
    id: auto


@strawberry_django.type(Account, name="Account", ordering=AccountOrder)
class AccountType(relay.Node):
    """An account."""

    tier: auto
    opened_on: auto
    company: CompanyType
    owner: UserType | None
    health: HealthType | None


@strawberry.type
class Query:
    """What can be asked."""

    account: AccountType | None = strawberry_django.node()
    accounts: DjangoListConnection[AccountType] = strawberry_django.connection()


schema = strawberry.Schema(query=Query, extensions=[DjangoOptimizerExtension])
view = GraphQLView.as_view(schema=schema, graphql_ide=None)
