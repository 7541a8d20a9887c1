"""Make a tenant of the demo and play its story there: all of the story is there afterwards, or nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from accounts.models import Membership, Tenant
from accounts.permissions import Role
from accounts.tenancy import inside
from config.demo import commerce, hosts
from config.demo.cast import Move
from config.demo.commerce import Commerce
from config.demo.hosts import DEMO, Host
from config.demo.staging import Staging
from config.demo.telling import tell
from config.demo.world import HISTORY, SurveyPlan, World
from experience import surveys
from experience.models import QuestionKind
from experience.surveys import QuestionDraft, SurveyDraft
from journeys import stages
from journeys.models import Company, Stage
from journeys.stages import Entrance, StageDraft
from success.models import Account, SignalRole


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be told: which world, up to which day, with how many accounts."""

    world: World
    today: date
    accounts: int


def host_of(world: World) -> Host:
    """The tenant of a world."""
    return Host(name=world.name, schema=world.schema, time_zone=world.zone, currency=world.currency)


def seed(plan: Plan) -> Iterator[str]:
    """Make the tenant of a world, unless it is there, and play its story; says how far it is."""
    host = host_of(plan.world)
    tenant = hosts.find(host.schema)
    if tenant is None:
        with transaction.atomic():
            tenant = hosts.make(host)
        yield f"tenant at {host.domain} with {len(hosts.STAFF)} members"
    with inside(tenant), transaction.atomic():
        yield from play(plan, tenant)


def is_played(tenant: Tenant) -> bool:
    """Whether the story is there: a seed that was stopped leaves the tenant without it."""
    with inside(tenant), transaction.atomic():
        return Account.objects.exists()


def play(plan: Plan, tenant: Tenant) -> Iterator[str]:
    """Play the story in the tenant that we are in."""
    world, story = plan.world, tell(plan.world, today=plan.today, accounts=plan.accounts)
    for survey in world.surveys:
        make_survey(survey)
    _make_stages(world)
    commerce.read_events_as(_roles(world), DEMO)
    staging = Staging(story, DEMO)
    yield from staging.play()
    yield from Commerce(story, staging.companies, _owners(tenant), DEMO).open()
    yield _enter(story.moves)
    yield staging.fold()
    yield commerce.look_back(commerce.days_behind(plan.today, HISTORY), DEMO)
    yield commerce.score()


def make_survey(plan: SurveyPlan) -> None:
    """Make a survey as it was planned."""
    questions = [QuestionDraft(kind=QuestionKind(asked.kind), text=asked.text) for asked in plan.questions]
    surveys.create(SurveyDraft(key=plan.key, title=plan.title, questions=questions), by=DEMO)


def _make_stages(world: World) -> None:
    for plan in world.stages:
        stages.create(StageDraft(key=plan.key, title=plan.title, kind=plan.kind), by=DEMO)


def _enter(moves: Sequence[Move]) -> str:
    stage_of = {stage.key: stage for stage in Stage.objects.all()}
    companies = {company.key: company for company in Company.objects.exclude(key="")}
    entrances = [
        Entrance(subject=companies[move.firm], stage=stage_of[move.stage], at=move.at, recorded_at=move.at)
        for move in sorted(moves, key=lambda move: move.at)
    ]
    stages.enter_many(entrances, by=DEMO)
    return f"{len(entrances):,} stages entered"


def _roles(world: World) -> dict[str, str]:
    """How the world's events count for health: a case is a call for help, what we do counts for nothing."""
    touches = {name for plot in world.plots for _, name in plot.touches}
    ignored = dict.fromkeys([world.case_solved, *sorted(touches)], SignalRole.IGNORED.value)
    return {world.case_opened: SignalRole.SUPPORT.value, **ignored}


def _owners(tenant: Tenant) -> list[UUID]:
    """Those who look after accounts: the CS manager has every third, the CSM the others."""
    users = dict(Membership.objects.filter(tenant=tenant).values_list("role", "user_id"))
    return [users[Role.CSM], users[Role.CSM], users[Role.CS_MANAGER]]
