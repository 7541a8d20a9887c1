"""A small world for questions: companies with people, answers, accounts, contracts and health."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count

from accounts.models import User
from experience import responses
from experience.models import Survey
from journeys import intake
from journeys.incoming import Grouping, Identification
from journeys.models import Company, Person
from success import accounts, contracts, health, scorecards
from success.accounts import AccountDraft
from success.contracts import ContractDraft
from success.days import today
from success.models import Account
from tests.experience.factories import a_draft, a_survey
from tests.factories import an_actor
from tests.journeys.factories import fold_all

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class World:
    """What was made."""

    companies: list[Company]
    people: list[Person]
    accounts: list[Account]
    survey: Survey


def a_world(size: int = 2, *, owner: User | None = None) -> World:
    """Companies with an account and a contract each, two people in each, an answer of everybody, scored."""
    by, keys = an_actor(), [f"company-{next(_numbers)}" for _ in range(size)]
    users = [(key, f"{key}-{number}") for key in keys for number in range(2)]
    intake.take(
        [Identification(user_id=user, name=f"Somebody {user}") for _, user in users], source="test", by=by
    )
    intake.take(
        [Grouping(company_key=key, identity=("user", user)) for key, user in users], source="test", by=by
    )
    companies = list(Company.objects.filter(key__in=keys).order_by("id"))
    people = list(Person.objects.filter(identities__value__in=[user for _, user in users]).order_by("id"))

    scorecards.install_default(by=by)
    drafts = [
        AccountDraft(company_id=each.pk, tier="gold", owner_id=owner.pk if owner else None)
        for each in companies
    ]
    opened = accounts.open_many(drafts, by=by)
    contracts.agree_many([_terms(each) for each in opened], by=by)
    survey = a_survey("nps", "text")
    responses.record_many([a_draft(survey, person, 9, "Fine.") for person in people], source="test", by=by)
    fold_all()
    health.score_due()
    return World(companies, people, opened, survey)


def _terms(account: Account) -> ContractDraft:
    starts = today()
    return ContractDraft(
        account_id=account.pk,
        recurring_revenue=Decimal("1200.50"),
        starts_on=starts,
        ends_on=starts + timedelta(days=60),
    )
