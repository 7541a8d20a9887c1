"""Times on pages are those of the tenant's clock, wherever they stand."""

from datetime import UTC, datetime

from integrations.models import Delivery, DeliveryAttempt
from success.models import Contract
from tests.admin.pages import browsing_in, page_of
from tests.integrations.factories import an_endpoint, something_happened
from tests.success.factories import a_contract, an_account

LATE = datetime(2026, 3, 31, 22, 30, 15, tzinfo=UTC)


def test_a_version_of_a_contract_was_recorded_when_its_page_says(acme, globex):
    contract = a_contract(an_account())
    Contract.objects.filter(pk=contract.pk).update(recorded_at=LATE)

    page = browsing_in("Asia/Tokyo", acme).page(page_of(contract))

    assert page.count("1 Apr 2026, 07:30") == 2


def test_an_attempt_was_made_on_the_tenants_clock(acme, globex):
    endpoint = an_endpoint("https://example.com/hook").endpoint
    delivery = Delivery.objects.create(endpoint=endpoint, event=something_happened(), due_at=LATE)
    DeliveryAttempt.objects.create(delivery=delivery, attempted_at=LATE, duration_ms=7)

    page = browsing_in("Asia/Tokyo", acme).page(page_of(delivery))

    assert "1 Apr 2026, 07:30:15" in page
    assert "22:30" not in page
