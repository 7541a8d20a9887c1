"""A small world for questions: companies with people, answers, accounts, contracts and health."""

from datetime import timedelta
from decimal import Decimal

from accounts.models import User
from experience.models import Survey
from journeys import affiliations
from journeys.affiliations import AffiliationDraft
from journeys.models import Company, Person
from success import accounts, contracts, health, scorecards
from success.accounts import AccountDraft
from success.contracts import ContractDraft
from success.days import today
from success.models import Account
from tests.experience.factories import a_response, a_survey
from tests.factories import an_actor
from tests.journeys import factories as journeys


class World:
    """What was made."""

    def __init__(self) -> None:
        self.companies: list[Company] = []
        self.people: list[Person] = []
        self.accounts: list[Account] = []
        self.survey: Survey = a_survey("nps", "text")


def a_world(size: int = 2, *, owner: User | None = None) -> World:
    """Companies with an account each, two people each, an answer of everybody, scored."""
    by, world = an_actor(), World()
    scorecards.install_default(by=by)
    for _ in range(size):
        company = journeys.a_company()
        world.companies.append(company)
        account = accounts.open(
            AccountDraft(company_id=company.pk, tier="gold", owner_id=owner.pk if owner else None), by=by
        )
        world.accounts.append(account)
        contracts.agree(
            ContractDraft(
                account_id=account.pk,
                recurring_revenue=Decimal("1200.50"),
                starts_on=today(),
                ends_on=today() + timedelta(days=60),
            ),
            by=by,
        )
        for _ in range(2):
            person = journeys.a_person()
            affiliations.affiliate(person, company, AffiliationDraft(), by=by)
            a_response(world.survey, person, 9, "Fine.")
            world.people.append(person)
    journeys.fold_all()
    health.score_due()
    return world
