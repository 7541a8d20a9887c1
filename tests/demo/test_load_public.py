"""The public sets, brought in by slices: scored before the outcome is known, and never by it."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.tenancy import inside
from config.demo import public, saas
from config.demo.public import Loading
from experience.models import Answer
from journeys.models import Company, DailyRollup, Event, Person
from success import history
from success.models import Account, Contract, HealthRecord
from tests.client import queries

ROWS = 80


@pytest.fixture
def loaded(acme, globex):
    today = timezone.now().astimezone(acme.zone).date()
    list(public.load_saas(Loading(acme, today, ROWS)))
    return today


def test_every_account_is_scored_before_the_outcome(loaded):
    before = loaded - timedelta(days=1)
    with saas.FILE.open() as lines:
        subscribers = saas.read(lines)[:ROWS]
    left = {one.key for one in subscribers if one.has_churned}
    accounts = Account.objects.select_related("company")
    assert {account.company.key for account in accounts if account.closed_on} == left
    assert {account.closed_on for account in accounts} == {None, loaded}
    assert HealthRecord.objects.on(before).exclude(score=None).count() == ROWS
    assert not Contract.objects.exists()
    assert Answer.objects.count() == ROWS
    support = DailyRollup.objects.named(saas.SUPPORT).values_list("value_sum", flat=True)
    minutes = sum(Decimal(one.row["minutes_customer_support"]) for one in subscribers)
    assert sum(value or 0 for value in support) == minutes


def test_the_scores_of_the_day_before_do_not_change_when_they_leave(loaded):
    before = loaded - timedelta(days=1)
    kept = dict(HealthRecord.objects.on(before).values_list("account_id", "score"))
    anew = history.as_of(list(kept), before)
    assert {account: standing.score for account, standing in anew.items()} == kept


def test_the_report_is_of_all_and_in_few_statements(loaded):
    with queries(2):
        fared = public.outcomes()
    assert len(fared) == ROWS
    bands, deciles, last = public.report()
    assert bands.startswith("| band |")
    assert len(deciles.splitlines()) == 12
    assert last.startswith("80 accounts scored; AUC 0.")


def test_equal_scores_are_parted_alike_whatever_the_ids(loaded, globex):
    ours = public.outcomes()
    with inside(globex):
        list(public.load_saas(Loading(globex, loaded, ROWS)))
        assert public.outcomes() == ours

    with saas.FILE.open() as lines:
        assert [one.has_churned for one in ours] == [one.has_churned for one in saas.read(lines)[:ROWS]]


def test_the_web_shops_customers_have_no_company(acme, globex):
    list(public.load_cdnow(Loading(acme, timezone.now().date(), 60)))
    assert Person.objects.count() == 17
    assert not Company.objects.exists()
    lines = Event.objects.filter(source="cdnow")
    assert (lines.count(), lines.filter(value=None).count()) == (60, 0)
    assert sum(rollup.count for rollup in DailyRollup.objects.named("order.placed")) == 60
    assert public.is_loaded("cdnow")
    with inside(globex):
        assert not Person.objects.exists()


def test_the_command_brings_a_set_in_once(acme, globex):
    out = StringIO()
    call_command("load_public", "saas", schema="globex", rows=12, stdout=out)
    call_command("load_public", "saas", schema="globex", rows=12, stdout=out)
    assert "globex: saas is there already" in out.getvalue()
    assert out.getvalue().count("12 accounts scored; AUC") == 2
    assert not Account.objects.exists()
    with inside(globex):
        assert Account.objects.count() == 12


def test_the_command_needs_a_tenant_where_passwords_matter(acme, globex):
    with pytest.raises(CommandError, match="no tenant nowhere"):
        call_command("load_public", "saas", schema="nowhere")
    with pytest.raises(CommandError, match="--schema"):
        call_command("load_public", "cdnow")
