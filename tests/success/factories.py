"""Accounts, contracts and what happened to them, for tests of success, made by the verbs of earnest use."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.tenancy import tenant
from experience import responses, surveys
from experience.drafts import AnswerDraft, ResponseDraft
from experience.models import QuestionKind
from experience.surveys import QuestionDraft, SurveyDraft
from journeys import companies, intake, people, rollups
from journeys.companies import CompanyDraft
from journeys.incoming import Incoming
from journeys.models import Company
from journeys.people import PersonDraft
from success import accounts, contracts, health, rollout, scorecards
from success.accounts import AccountDraft
from success.contracts import ContractDraft
from success.days import today
from success.models import Account, Contract, FeatureName, Scorecard
from success.scorecards import MeasureDraft
from tests.factories import an_actor

_numbers = count(1)


def ago(days: int) -> date:
    """A day so many days before today."""
    return today() - timedelta(days=days)


def noon(days: int) -> datetime:
    """Noon of a day so many days before today, where the tenant is; of today, its first second."""
    return datetime.combine(ago(days), time(12) if days else time(0, 0, 1), tenant().zone)


def a_company() -> Company:
    """A company without an account."""
    number = next(_numbers)
    return companies.create(CompanyDraft(name=f"Firm {number}", key=f"firm-{number}"), by=an_actor())


def an_account(*, opened: int = 400, **given: Any) -> Account:
    """An account that was opened so many days ago, with a new company."""
    draft = AccountDraft(company_id=a_company().pk, opened_on=ago(opened), **given)
    return accounts.open(draft, by=an_actor())


def a_contract(account: Account, *, ends: int = 180, starts: int = 185, **given: Any) -> Contract:
    """A contract that began `starts` days ago and ends in `ends` days."""
    given.setdefault("recurring_revenue", Decimal(12_000))
    draft = ContractDraft(account_id=account.pk, starts_on=ago(starts), ends_on=ago(-ends), **given)
    return contracts.agree(draft, by=an_actor())


def happened(
    account: Account,
    days: Sequence[int],
    *,
    name: str = "report_opened",
    user: str = "ada",
    kind: str = "user",
    recorded: int | None = None,
) -> None:
    """Somebody did something in the company on these days, learned of at once or `recorded` days ago."""
    batch = [
        Incoming(
            name=name,
            occurred_at=noon(day),
            recorded_at=noon(day if recorded is None else recorded) if day or recorded is not None else None,
            key=f"{next(_numbers)}",
            identity=(kind, f"{user}-{account.pk}"),
            company_id=account.company_id,
        )
        for day in days
    ]
    taken = intake.take(batch, source="test", by=an_actor())
    assert not taken.refused


def a_measure(feature: str = FeatureName.BREADTH, **given: Any) -> MeasureDraft:
    """A measure that reads a feature; 10 of it is full marks unless another curve is given."""
    defaults: dict[str, Any] = {"key": feature, "title": feature, "curve": [(0, 0), (10, 100)], "weight": 10}
    return MeasureDraft(feature=feature, **(defaults | given))


def published(*measures: MeasureDraft) -> None:
    """A scorecard of these measures, or the default one, in force."""
    if measures:
        scorecards.publish("Test", measures, by=an_actor())
    else:
        scorecards.install_default(by=an_actor())


def work() -> health.Scored:
    """Do what the workers do: fold what arrived, score who is due, then all with a new scorecard."""
    while rollups.fold().more:
        pass
    done = health.Scored()
    while (scored := health.score_due()).accounts:
        done += scored
    return done + rolled_out()


def rolled_out() -> health.Scored:
    """The pass over all accounts to its end, where one is to be made."""
    done = rollout.advance()
    while done.more:
        done += rollout.advance()
    return done


def scored_all() -> health.Scored:
    """The pass over all accounts once more, with the scorecard in force."""
    Scorecard.objects.current().update(reached=None, applied_at=None)
    return rolled_out()


def answered(
    account: Account, kind: str, score: int, *, days: int, person: Any = None, recorded: int | None = None
) -> Any:
    """Somebody of the account's company answered a question of the kind; returns who."""
    number = next(_numbers)
    question = QuestionDraft(kind=QuestionKind(kind), text="How is it?")
    survey = surveys.create(
        SurveyDraft(key=f"s{number}", title="Survey", questions=[question]), by=an_actor()
    )
    who = person or people.create(PersonDraft(name=f"Someone {number}"), by=an_actor())
    draft = ResponseDraft(
        survey=survey,
        person_id=who.pk,
        company_id=account.company_id,
        answers=[AnswerDraft(question=survey.questions.get(), score=score)],
        responded_at=noon(days),
        recorded_at=noon(days if recorded is None else recorded),
    )
    responses.record(draft, by=an_actor())
    return who
