"""Files as they come out of other people's systems: encodings, separators, quotes, and sizes."""

import tracemalloc

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from integrations.importing import running, values
from journeys.models import Company
from tests.integrations.factories import mistakes


@pytest.mark.parametrize(
    "content",
    [
        "key,name\r\nc1,Zürich AG\r\n".encode(),
        b"\xef\xbb\xbf" + "key,name\nc1,Zürich AG".encode(),
        "key;name\nc1;Zürich AG\n".encode(),
        '"key"\t"name"\r"c1"\t"Zürich AG"\r'.encode(),
        "key|name\n c1 | Zürich AG \n\n\n".encode(),
        "key,name\nc1,Zürich AG\n".encode("utf-16"),
    ],
)
def test_files_as_they_come(load, content):
    load("companies", content)
    assert list(Company.objects.values_list("key", "name")) == [("c1", "Zürich AG")]


def test_another_encoding_is_noticed_and_can_be_named(load, tmp_path):
    errors = tmp_path / "errors.csv"
    content = "key,name\nc1,Zürich\nc2,Bern\n".encode("latin-1")
    with pytest.raises(CommandError, match="1 rows were refused"):
        load("companies", content, "--errors", str(errors))
    assert mistakes(errors) == [("2", "name", "This is not utf-8: name the --encoding.")]
    assert Company.objects.get().name == "Bern"

    load("companies", content, "--encoding", "latin-1")
    assert Company.objects.filter(name="Zürich").exists()


@pytest.mark.parametrize(
    ("kind", "content", "options", "message"),
    [
        ("companies", "", [], "no header line"),
        ("companies", "name\nInitech\n", [], "no column “key”"),
        ("companies", "key,key\n1,2\n", [], "two columns “key”"),
        ("companies", "key\n1\n", ["--map", "id=key"], "no column “id” to map"),
        ("companies", "key\n1\n", ["--map", "key"], "COLUMN=FIELD"),
        ("companies", "key\n1\n", ["--encoding", "klingon"], "no encoding “klingon”"),
        ("people", "name\nAnn\n", [], "One of the columns"),
        ("events", "name,occurred_at\nx,2024-01-01\n", [], "One of the columns"),
        ("companies", "key,name\n1,\0\n", [], "refused"),
    ],
)
def test_files_that_are_no_such_table(load, kind, content, options, message):
    with pytest.raises(CommandError, match=message):
        load(kind, content, *options)


def test_an_unknown_tenant_and_a_missing_file(acme, globex, tmp_path):
    with pytest.raises(CommandError, match="no live tenant"):
        call_command("import_csv", "people", __file__, "--schema", "initech")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_csv", "people", str(tmp_path / "none.csv"), "--schema", "acme")


def test_a_quote_that_never_ends_costs_some_rows_and_no_more(load, tmp_path):
    errors = tmp_path / "errors.csv"
    lines = [f"c{number},Company {number}\n" for number in range(20_000)]
    lines[10] = 'c10,"Company 10\n'
    with pytest.raises(CommandError, match="refused"):
        load("companies", "key,name\n" + "".join(lines), "--errors", str(errors))
    assert Company.objects.filter(key="c9").exists()
    assert Company.objects.filter(key="c19999").exists()
    assert mistakes(errors)[0][0] == "12"


def test_memory_does_not_grow_with_the_file(load, monkeypatch, tmp_path):
    monkeypatch.setattr(running, "CHUNK", 500)

    def peak(rows: int) -> int:
        body = "".join(f"u{n % 50},ping,2024-01-01T00:00:{n % 60:02}\n" for n in range(rows))
        tracemalloc.start()
        load("events", "user_id,name,occurred_at\n" + body)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most - len(body)

    small = peak(1_000)
    assert peak(10_000) < 2 * small + 2_000_000


@given(st.one_of(st.integers(-(10**14), 10**14), st.booleans(), st.floats(-1e6, 1e6)))
def test_a_number_is_known_by_its_looks(value):
    text = str(value).lower() if isinstance(value, bool) else str(value)
    assert values.guessed(text) == value or len(text) > values.MOST_DIGITS


@pytest.mark.parametrize(
    "text", ["007", "+1", "1e5", "1_000", "١", "inf", "nan", "12345678901234567890", " 1", "1."]
)
def test_what_only_looks_like_a_number_stays_text(text):
    assert values.guessed(text) == text
