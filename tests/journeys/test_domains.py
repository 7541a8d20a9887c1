"""A company's domain is a host name, by whichever road it comes."""

from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import Invalid
from accounts.tenancy import inside
from journeys import companies
from journeys.models import Company
from journeys.storable import Refused, domain_of
from tests.admin.pages import Browser, add_to, errors_of, page_of
from tests.client import Api
from tests.factories import a_key, a_write_key, an_actor
from tests.integrations.factories import mistakes
from tests.journeys.factories import a_company

NONE = "not a domain!!"


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("", ""),
        (" Initech.Example ", "initech.example"),
        ("a-1.b2.co.uk", "a-1.b2.co.uk"),
        ("Zürich.ch", "zürich.ch"),
        ("हिन्दी.भारत", "हिन्दी.भारत"),
        ("例え.jp", "例え.jp"),
        ("xn--zrich-kva.ch", "xn--zrich-kva.ch"),
        (".".join(["a" * 63] * 3 + ["b" * 61]), ".".join(["a" * 63] * 3 + ["b" * 61])),
    ],
)
def test_a_host_name_is_kept_in_lower_case(acme, globex, stated, kept):
    company = a_company(domain=stated)
    assert Company.objects.get(pk=company.pk).domain == kept
    with inside(globex):
        assert not Company.objects.exists()


@pytest.mark.parametrize(
    "stated",
    [
        NONE, "https://initech.example", "initech.example/about", "initech.example:80", "ada@initech.example",
        "-a.example", "a-.example", "a..example", ".example", "example.", "a_b.example", "a b.example",
        "a\nb.example", "*.example", "a" * 64 + ".example", "ü" * 60 + ".example",
        ".".join(["a" * 63] * 3 + ["b" * 62]), ".".join(["ü" * 40] * 6), "a\0.example", "\ud800.example",
    ],
)  # fmt: skip
def test_what_is_no_host_name_is_refused(acme, globex, stated):
    company = a_company(domain="initech.example")
    with pytest.raises(Invalid) as making:
        a_company(domain=stated)
    with pytest.raises(Invalid) as changing:
        companies.update(company, {"domain": stated}, by=an_actor())
    assert making.value.field == changing.value.field == "domain"
    assert Company.objects.get().domain == "initech.example"


@given(st.text() | st.text("aZ0ßüİΣ例。.- ", max_size=20))
def test_whatever_is_typed_is_refused_or_kept_as_it_would_be_kept_again(text):
    with suppress(Refused):
        kept = domain_of("domain", text)
        assert domain_of("domain", kept) == kept


def test_graphql_names_the_domain(acme, globex):
    api = Api(acme, a_key(acme))
    made = a_company(domain="initech.example")
    errors = "errors { path message }"
    create = f'mutation ($d: String!) {{ companyCreate(input: {{name: "X", domain: $d}}) {{ {errors} }} }}'
    update = (
        f"mutation ($id: ID!, $d: String) {{ companyUpdate(input: {{id: $id, domain: $d}}) {{ {errors} }} }}"
    )
    found = api("{ companies { nodes { id } } }")["data"]["companies"]["nodes"][0]["id"]

    for refused in (
        api(create, d=NONE)["data"]["companyCreate"],
        api(update, id=found, d=NONE)["data"]["companyUpdate"],
    ):
        (error,) = refused["errors"]
        assert error["path"] == ["domain"]
        assert "example.com" in error["message"]
    assert not api(update, id=found, d="Initech.CH")["data"]["companyUpdate"]["errors"]
    made.refresh_from_db()
    assert made.domain == "initech.ch"


def test_a_group_call_names_the_trait(acme, globex):
    def group(domain: str):
        call = {"userId": "u", "groupId": "g", "traits": {"domain": domain}, "writeKey": key}
        client = Client(headers={"host": "localhost"})
        return client.post("/v1/group", call, content_type="application/json")

    key = a_write_key(acme)
    answer = group(NONE)
    assert answer.status_code == 400
    assert answer.json()["refused"][0]["field"] == "traits.domain"
    assert not Company.objects.exists()
    assert group("Initech.Example").status_code == 200
    assert Company.objects.get().domain == "initech.example"
    with inside(globex):
        assert not Company.objects.exists()


def test_an_import_names_the_column(acme, globex, tmp_path):
    file, errors = tmp_path / "c.csv", tmp_path / "errors.csv"
    file.write_text(f"key,web\nc1,{NONE}\nc2,Hooli.example\n")
    options = ["--schema", "acme", "--map", "web=domain", "--errors", str(errors)]
    with pytest.raises(CommandError, match="1 rows were refused"):
        call_command("import_csv", "companies", str(file), *options, stdout=StringIO())
    assert [(line, column) for line, column, _ in mistakes(errors)] == [("2", "web")]
    assert list(Company.objects.values_list("key", "domain")) == [("c2", "hooli.example")]
    with inside(globex):
        assert not Company.objects.exists()


def test_the_form_shows_it_at_the_domain(acme, globex):
    browser = Browser(acme)
    refused = browser.post(add_to(Company), name="Initech", domain=NONE, key="")
    assert list(errors_of(refused)) == ["domain"]

    older = a_company(name="Before")
    Company.objects.update(domain=NONE)  # as it may be from before domains were looked at
    assert browser.post(page_of(older), name="After", domain=NONE, key="").status_code == 302
    assert Company.objects.get().name == "After"
