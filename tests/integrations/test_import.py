"""Importing CSV files as they come out of other people's systems."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.tenancy import inside
from journeys.models import Affiliation, Arrival, Company, Event, Person
from success.models import Account, Contract
from tests.integrations.factories import mistakes


def test_companies(load):
    out = load(
        "companies", "key,name,domain,employees,zip\nc1,Initech,initech.example,420,01234\nc2,Hooli,,,\n"
    )

    assert list(Company.objects.order_by("key").values_list("key", "name", "domain", "traits")) == [
        ("c1", "Initech", "initech.example", {"employees": 420, "zip": "01234"}),
        ("c2", "Hooli", "", {}),
    ]
    assert "2 of 2 rows taken" in out


def test_people_and_where_they_belong(load):
    load(
        "people",
        "user_id,email,name,company_key,role,plan\n"
        "u1,Ann@Initech.example,Ann,c1,champion,pro\n"
        ",bob@hooli.example,Bob,,,\n",
    )

    ann, bob = Person.objects.order_by("name")
    assert (ann.email, ann.traits) == ("ann@initech.example", {"plan": "pro"})
    assert bob.name == "Bob"
    affiliation = Affiliation.objects.get()
    assert (affiliation.person, affiliation.company.key, affiliation.role) == (ann, "c1", "champion")


def test_who_is_refused_is_named_by_the_line_they_are_on(load, tmp_path):
    errors = tmp_path / "errors.csv"
    content = (
        "user_id,email,company_key,role\n"
        "u1,ann@initech.example,c1,champion\n"
        "u2,bob@initech.example,c1,boss\n"
        "u3,nonsense,,\n"
        "u4,dee@initech.example,c1,\n"
    )
    with pytest.raises(CommandError, match="2 rows were refused"):
        load("people", content, "--errors", str(errors))

    assert [(line, column) for line, column, _ in mistakes(errors)] == [("3", "role"), ("4", "email")]
    assert sorted(Person.objects.filter(affiliations__role="champion").values_list("email", flat=True)) == [
        "ann@initech.example"
    ]


def test_contracts_open_the_accounts_they_need(load):
    load("companies", "key,name\nc1,Initech\nc2,Hooli\n")
    content = (
        "company_key,recurring_revenue,currency,starts_on,ends_on,tier\n"
        "c1,12000.50,EUR,2024-01-01,2025-01-01,gold\n"
        "c1,15000,EUR,2025-01-01,2026-01-01,\n"
        "c2,900,USD,2025-03-01,2026-03-01,\n"
    )
    load("contracts", content)

    account = Account.objects.get(company__key="c1")
    assert (account.tier, account.opened_on) == ("gold", date(2024, 1, 1))
    revenues = Contract.objects.order_by("starts_on", "currency").values_list("recurring_revenue", flat=True)
    assert [str(revenue) for revenue in revenues] == ["12000.50", "15000.00", "900.00"]
    assert "3 of them known already" in load("contracts", content)
    assert Contract.objects.count() == 3


def test_contracts_that_do_not_fit(load, tmp_path):
    errors = tmp_path / "errors.csv"
    load("companies", "key\nc1\nc2\n")
    content = (
        "company_key,recurring_revenue,currency,starts_on,ends_on,tier,opened_on\n"
        "c1,100,EUR,2024-01-01,2025-01-01,,\n"
        "c1,200,EUR,2024-01-01,2025-01-01,,\n"
        "c1,100,USD,2025-01-01,2026-01-01,,\n"
        "c9,100,EUR,2024-01-01,2025-01-01,,\n"
        "c2,-1,EUR,2024-01-01,2025-01-01,,\n"
        "c2,1,euro,2024-01-01,2025-01-01,,\n"
        "c2,1,EUR,2024-01-01,2023-01-01,,\n"
        "c2,1,EUR,01.01.2024,2025-01-01,,\n"
        "c2,1,EUR,,2025-01-01,,\n"
        "c2,1,EUR,2024-01-01,2025-01-01,,2999-01-01\n"
        f"c2,1,EUR,2024-01-01,2025-01-01,{'x' * 41},\n"
    )
    with pytest.raises(CommandError, match="10 rows were refused"):
        load("contracts", content, "--errors", str(errors))

    assert [(line, column) for line, column, _ in mistakes(errors)] == [
        ("3", "starts_on"),
        ("4", "currency"),
        ("5", "company_key"),
        ("6", "recurring_revenue"),
        ("7", "currency"),
        ("8", "ends_on"),
        ("9", "starts_on"),
        ("10", "starts_on"),
        ("11", "opened_on"),
        ("12", "tier"),
    ]
    assert Contract.objects.get().recurring_revenue == 100
    assert not Account.objects.filter(company__key="c2").exists()


def test_contracts_of_the_past_were_known_then(load):
    load("companies", "key\nc1\n")
    load(
        "contracts",
        "company_key,recurring_revenue,starts_on,ends_on\nc1,1,2024-01-01,2025-01-01\n",
        "--backfill",
    )
    assert Contract.objects.get().recorded_at == datetime(2024, 1, 1, tzinfo=UTC)


def test_events_of_the_past_are_cut_in_the_tenants_time_zone(acme, globex, tmp_path):
    file = tmp_path / "events.csv"
    file.write_text("user_id,name,occurred_at,value,sku\nu1,purchase,2024-07-01 09:00,19.99,7\n")
    call_command("import_csv", "events", str(file), "--schema", "globex", stdout=StringIO())  # Berlin

    assert not Event.objects.exists()
    with inside(globex):
        event = Event.objects.get()
        assert event.occurred_at == datetime(2024, 7, 1, 7, 0, tzinfo=UTC)
        assert (str(event.value), event.properties, event.source) == ("19.9900", {"sku": 7}, "import")
        assert not event.is_backfilled
        assert Arrival.objects.exists()


def test_history_states_when_it_became_known(load):
    content = (
        "email,name,occurred_at,recorded_at\na@b.example,x,2024-01-01,2024-01-03\na@b.example,y,2024-01-02,\n"
    )
    with pytest.raises(CommandError, match="--backfill"):
        load("events", content)
    load("events", content, "--backfill")

    known = dict(Event.objects.values_list("name", "recorded_at"))
    assert known["x"] == datetime(2024, 1, 3, tzinfo=UTC)
    assert known["y"] == datetime(2024, 1, 2, tzinfo=UTC)
    assert Event.objects.filter(is_backfilled=True).count() == 2


def test_what_is_wrong_is_written_down_and_the_rest_is_kept(load, tmp_path):
    errors = tmp_path / "errors.csv"
    content = (
        "who,name,occurred_at,value,properties\n"
        "u1,ok,2024-01-01,,\n"
        "u1,ok,never,,\n"
        "\n"
        "u1,,2024-01-01,,\n"
        "u1,ok,2024-01-01,much,\n"
        'u1,two,2024-01-02,,"{""a"":\n1}"\n'
        ",ok,2024-01-01,,\n"
        "u1,ok,2024-01-01,,[1]\n"
        "u1,ok,2024-01-01,,,,\n"
        "u1,ok,1066-10-14,,\n"
        f"{'u' * 201},ok,2024-01-01,,\n"
        "u1,ok,2024-01-03,NaN,\n"
    )
    with pytest.raises(CommandError, match="9 rows were refused"):
        load("events", content, "--errors", str(errors), "--map", "who=user_id")

    assert [(line, column) for line, column, _ in mistakes(errors)] == [
        ("3", "occurred_at"),
        ("5", "name"),
        ("6", "value"),
        ("9", "who"),
        ("10", "properties"),
        ("11", ""),
        ("12", "occurred_at"),
        ("13", "who"),
        ("14", "value"),
    ]
    assert all(message for _, _, message in mistakes(errors))
    assert set(Event.objects.values_list("name", flat=True)) == {"ok", "two"}
    assert Event.objects.get(name="two").properties == {"a": 1}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("u1,nobody,c1,user,", "email"),
        ("u1,,c1,boss,", "role"),
        ("u1,,c1,,1812-01-01", "since"),
        ("u1,,c1,,soon", "since"),
        (f"u1,,{'c' * 201},,", "company_key"),
        (",,c1,user,", "user_id"),
    ],
)
def test_of_a_person_who_is_refused_nothing_is_kept(load, tmp_path, row, column):
    errors = tmp_path / "errors.csv"
    content = f"user_id,email,company_key,role,since\nu0,,c0,user,\n{row}\nu2,,c2,,\n"
    with pytest.raises(CommandError, match="1 rows were refused"):
        load("people", content, "--errors", str(errors))

    assert [(line, name) for line, name, _ in mistakes(errors)] == [("3", column)]
    assert set(Person.objects.values_list("identities__value", flat=True)) == {"u0", "u2"}
    assert set(Company.objects.values_list("key", flat=True)) == {"c0", "c2"}
    assert Affiliation.objects.count() == 2


@pytest.mark.parametrize("kind", ["companies", "people", "events"])
def test_it_is_safe_to_run_again(load, kind):
    content = {
        "companies": "key,name\nc1,Initech\nc2,Hooli\n",
        "people": "email,name,company_key\na@b.example,Ann,c1\n",
        "events": "email,name,occurred_at\na@b.example,x,2024-01-01\na@b.example,x,2024-01-02\n",
    }[kind]

    def everything() -> list[int]:
        return [model.objects.count() for model in (Company, Person, Event, Affiliation)]

    load(kind, content)
    before = everything()
    out = load(kind, content)
    assert everything() == before
    assert "2 of them known already" in out or kind != "events"
