"""Health is worked out for whoever was touched, written only where it differs, and told when it matters."""

from decimal import Decimal

from accounts.tenancy import inside
from integrations.models import OutboxEvent
from success import explanations, health
from success.models import Due, FeatureName, Health, HealthRecord
from tests.client import queries
from tests.factories import an_actor
from tests.success.factories import a_measure, ago, an_account, happened, published, work


def told():
    """The changes of health that were announced, in their order."""
    return [event.data for event in OutboxEvent.objects.filter(name="success.health_changed").order_by("id")]


def test_an_account_is_scored_from_what_happened(acme, globex):
    published(a_measure(FeatureName.BREADTH))
    account = an_account()
    for user in ("ada", "bob", "cy"):
        happened(account, [1, 2, 3], user=user)

    work()

    kept = Health.objects.get(account=account)
    assert (kept.score, kept.band, kept.coverage) == (Decimal("30.00"), "at_risk", Decimal(1))
    assert kept.parts == [3_000]
    record = HealthRecord.objects.get(account=account)
    assert (record.day, record.score, record.parts) == (ago(0), Decimal("30.00"), [3_000])
    with inside(globex):
        assert not Health.objects.exists()
        assert not HealthRecord.objects.exists()


def test_without_anything_known_there_is_no_score(acme, globex):
    published()
    account = an_account()

    work()

    kept = Health.objects.get(account=account)
    assert (kept.score, kept.band, kept.coverage) == (None, "", Decimal(0))
    assert told() == []


def test_a_second_look_writes_nothing(acme, globex):
    published()
    account = an_account()
    happened(account, range(60))
    assert work().changed == 1

    health.mark_due([account.pk])
    before = Health.objects.get(account=account)
    assert work().changed == 0
    assert health.score_all().changed == 0
    assert Health.objects.get(account=account).scored_at == before.scored_at
    assert not Due.objects.exists()
