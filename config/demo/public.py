"""Bring the public sets in, each into a tenant of its own, and see whether health told who would leave."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from accounts.models import Tenant
from config.demo import cdnow, commerce, saas
from config.demo.clock import Clock
from config.demo.commerce import Commerce
from config.demo.hosts import DEMO, Host
from config.demo.outcome import Fared, auc, by_band, by_decile, table
from config.demo.seeding import make_survey
from config.demo.staging import Staging
from config.demo.world import Asked, SurveyPlan
from journeys.models import Identity
from success import accounts
from success.accounts import Closing
from success.models import Account, HealthRecord, SignalRole

HOSTS = {
    "saas": Host(name="Public set: SaaS", schema="public_saas", time_zone="America/New_York", currency="USD"),
    "cdnow": Host(
        name="Public set: CDNOW", schema="public_cdnow", time_zone="America/New_York", currency="USD"
    ),
}
SURVEY = SurveyPlan(
    key=saas.SURVEY,
    title="Satisfaction",
    questions=(Asked(kind="rating", text="How satisfied are you, from 1 to 10?"),),
    after="",
    rate=1,
)
ROLES = {saas.SUPPORT: SignalRole.SUPPORT.value} | {
    name: SignalRole.IGNORED.value for name, _ in saas.COUNTS.values()
}
LEFT = "Left, as the file says"


@dataclass(frozen=True, slots=True)
class Loading:
    """What to bring in: into which tenant, as if on which day, and how many rows (all unless told)."""

    tenant: Tenant
    today: date
    rows: int | None = None


def load_saas(loading: Loading) -> Iterator[str]:
    """Bring in the SaaS accounts, score them, and only then let those leave who left."""
    with saas.FILE.open() as lines:
        subscribers = saas.read(islice(lines, None if loading.rows is None else loading.rows + 1))
    story = saas.tell(subscribers, Clock(loading.today, loading.tenant.zone))
    make_survey(SURVEY)
    commerce.read_events_as(ROLES, DEMO)
    staging = Staging(story, DEMO, source="saas_churn")
    yield from staging.play()
    business = Commerce(story, staging.companies, (), DEMO)
    yield from business.open()
    yield staging.fold()
    yield commerce.look_back([loading.today - timedelta(days=1)], DEMO)
    yield commerce.score()
    left = [business.accounts[one.key].pk for one in subscribers if one.has_churned]
    closings = [Closing(account_id=account, closed_on=loading.today, reason=LEFT) for account in left]
    accounts.close_many(closings, by=DEMO)
    yield f"{len(left):,} accounts closed: they left"


def load_cdnow(loading: Loading) -> Iterator[str]:
    """Bring in the web shop's customers and what they bought."""
    with cdnow.FILE.open() as lines:
        story = cdnow.tell(islice(lines, loading.rows))
    staging = Staging(story, DEMO, source="cdnow")
    yield from staging.play()
    yield staging.fold()


def is_loaded(name: str) -> bool:
    """Whether the set is in the current tenant already."""
    first = {"saas": "saas-0001-contact", "cdnow": "cdnow-0001"}[name]
    return Identity.objects.filter(kind="user", value=first).exists()


def report() -> Iterator[str]:
    """Health on the day before the outcome was known, against the outcome."""
    fared = outcomes()
    yield table(by_band(fared), "band")
    yield table(by_decile(fared), "decile")
    area = auc(fared)
    yield f"{len(fared):,} accounts scored; AUC " + (
        "unknown: all fared alike" if area is None else f"{area:.3f}"
    )


def outcomes() -> Sequence[Fared]:
    """How each account of the SaaS set stood on the day before those left who left, and whether it did.

    In the order of the file, for equal scores are parted at the edge of a decile: ids differ each time.
    """
    ours = Account.objects.filter(company__key__startswith="saas-").select_related("company")
    left = {account.pk: account.closed_on for account in ours if account.closed_on}
    keys = {account.pk: account.company.key for account in ours}
    if not left:
        return []
    before = max(left.values()) - timedelta(days=1)
    records = HealthRecord.objects.on(before).filter(account__in=ours.order_by()).exclude(score=None)
    return [
        Fared(record.score, record.band, record.account_id in left)
        for record in sorted(records, key=lambda one: keys[one.account_id])
        if record.score is not None
    ]
