"""The demo, seeded small: through everybody's verbs, a story that shows, nothing in the neighbour's house."""

import json
import stat
from dataclasses import replace
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import keys
from accounts.models import Tenant
from accounts.permissions import Role
from accounts.tenancy import inside, public
from config.demo import hosts, seeding
from config.demo.acme import ACME
from config.demo.globex import GLOBEX
from config.demo.hosts import PASSWORD
from config.demo.seeding import Plan
from config.management.commands import seed_demo
from journeys.models import Company, Person
from success.models import Account


@pytest.fixture
def note_file(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "not there yet"
    return settings.DATA_DIR / "demo.json"


def test_a_demo_tenant_is_made_signed_in_to_and_not_made_twice(
    acme, globex, note_file, monkeypatch, settings
):
    settings.DEBUG = True
    monkeypatch.setattr(seed_demo, "WORLDS", (replace(GLOBEX, schema="tiny"),))
    out = StringIO()
    hosts.make(seeding.host_of(seed_demo.WORLDS[0]))  # as a seed leaves it that was stopped in its story
    call_command("seed_demo", accounts=3, stdout=out)
    call_command("seed_demo", accounts=3, stdout=out)
    assert out.getvalue().count("tiny: done in") == 1
    assert "tiny: is there already" in out.getvalue()

    (told,) = json.loads(note_file.read_text())["tenants"]
    assert stat.S_IMODE(note_file.stat().st_mode) == 0o600
    assert told["domain"] == "tiny.localhost"
    assert [entry["role"] for entry in told["sign_ins"]] == [role.value for role in Role]
    with public():
        tiny = Tenant.objects.get(schema_name="tiny")
    assert tiny.zone == ZoneInfo("Europe/Berlin")
    with inside(tiny):
        assert Account.objects.count() == 3
        assert Person.objects.filter(affiliations=None).exists()  # private guests
        assert authenticate(None, username=told["sign_ins"][0]["email"], password=PASSWORD)
    for name in ("api_key", "write_key"):
        resolved = keys.resolve(told[name])
        assert resolved
        assert resolved.tenant == tiny


def test_a_tenant_that_is_not_the_demos_is_left_alone(acme, globex, note_file, settings):
    settings.DEBUG = True
    out = StringIO()
    call_command("seed_demo", only="acme", stdout=out)
    assert "left alone" in out.getvalue()
    assert not Company.objects.exists()
    assert not note_file.exists()


def test_known_passwords_are_not_for_production(acme, globex, note_file):
    with pytest.raises(CommandError, match="known to all"):
        call_command("seed_demo")


def test_notes_of_tenants_stand_beside_each_other(acme, globex, note_file):
    for tenant, world in ((acme, ACME), (globex, GLOBEX), (acme, ACME)):
        hosts.write_down(hosts.note(tenant, seeding.host_of(world)))
    assert sorted(hosts.noted()) == ["acme", "globex"]
    note_file.write_text("not JSON")
    assert hosts.noted() == {}


def test_a_story_that_is_refused_is_an_error(acme, globex):
    today = timezone.now().date()
    broken = replace(ACME, stages=(*ACME.stages, ACME.stages[0]))
    with pytest.raises(Exception, match="key is already here"):
        list(seeding.play(Plan(broken, today, 1), acme))
