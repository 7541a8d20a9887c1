"""Files as they come out of other people's systems: encodings, separators, quotes, and sizes."""

import tracemalloc

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from integrations.importing import running, values
from journeys.models import Company, Event
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


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_what_a_file_says_of_its_encoding_is_believed(load, encoding):
    load("companies", b"\xef\xbb\xbf" + "key;name\r\nc1;Zürich AG\r\n".encode(), "--encoding", encoding)
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


def test_a_quote_that_never_ends_costs_its_own_line_alone(load, tmp_path):
    errors = tmp_path / "errors.csv"
    lines = [f"c{number},Company {number}\n" for number in range(20_000)]
    lines[10] = 'c10,"Company 10\n'
    with pytest.raises(CommandError, match="1 rows were refused"):
        load("companies", "key,name\n" + "".join(lines), "--errors", str(errors))
    assert Company.objects.count() == 19_999
    assert not Company.objects.filter(key="c10").exists()
    assert [(line, column) for line, column, _ in mistakes(errors)] == [("12", "")]


@pytest.mark.parametrize(
    ("rows", "kept", "refused"),
    [
        (['q1,"Alpha', "q2,Beta", "q3,Gamma"], ["q2", "q3"], [2]),
        (["q1,Alpha", "q2,Beta", 'q3,"Gamma'], ["q1", "q2"], [4]),
        (['q1,"Alpha', 'q2,"Beta, Inc."', "q3,Gamma"], ["q2", "q3"], [2]),
        (['q1,"Alpha', "q2,Beta", 'q3,"Gamma', "q4,Delta"], ["q2", "q4"], [2, 4]),
        (['"q1,Alpha', "q2,Beta"], ["q2"], [2]),
        (['q1,"The "Alpha"', "q2,Beta"], ["q2"], [2]),
        (['q1,"The "Alpha', 'and Omega"', "q2,Beta"], ["q2"], [2, 3]),
        (['q1,"The "Alpha', "and", 'Omega"', "q2,Beta"], ["q2"], [2, 3, 4]),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_quote_that_goes_wrong_takes_no_good_row_with_it(load, tmp_path, rows, kept, refused, end):
    errors = tmp_path / "errors.csv"
    with pytest.raises(CommandError, match=f"{len(refused)} rows were refused"):
        load("companies", end.join(["key,name", *rows, ""]), "--errors", str(errors))
    assert list(Company.objects.order_by("key").values_list("key", flat=True)) == kept
    assert [int(line) for line, _, _ in mistakes(errors)] == refused


@pytest.mark.parametrize(
    ("kind", "header", "broken", "good", "column"),
    [
        ("companies", "key,name", 'c1,"Alpha\nc2,Beta"', "c3,Gamma", "name"),
        ("people", "user_id,name", 'u1,"Ada\r\nu2,Bob"', "u3,Cy", "name"),
        ("events", "name,user_id,occurred_at", '"a\nb",u1,2026-01-01', "c,u3,2026-01-01", "name"),
        (
            "contracts", "company_key,tier,recurring_revenue,starts_on,ends_on",
            'c1,"gold\nor so",1,2026-01-01,2027-01-01', "c3,,1,2026-01-01,2027-01-01", "tier",
        ),
    ],
)  # fmt: skip
def test_a_line_break_in_a_cell_of_one_line_is_told(load, tmp_path, kind, header, broken, good, column):
    errors = tmp_path / "errors.csv"
    if kind == "contracts":
        load("companies", "key\nc1\nc3\n")
    with pytest.raises(CommandError, match="1 rows were refused"):
        load(kind, f"{header}\n{broken}\n{good}\n", "--errors", str(errors))
    (mistake,) = mistakes(errors)
    assert mistake[:2] == ("2", column)
    assert "goes on to line 3" in mistake[2]
    with pytest.raises(CommandError, match="1 rows were refused"):
        load(kind, f"{header}\n{good}\n{broken}\n")  # the good one is known


def test_line_breaks_are_kept_where_they_may_be(load):
    load("companies", 'key,name,notes\nc1,Alpha,"one\ntwo"\nc2,Beta,\n')
    load("events", 'name,user_id,occurred_at,properties\nx,u1,2026-01-01,"{\n ""plan"": ""pro""\n}"\n')
    assert Company.objects.get(key="c1").traits == {"notes": "one\ntwo"}
    assert Company.objects.filter(key="c2").exists()
    assert Event.objects.get(name="x").properties == {"plan": "pro"}


@pytest.mark.parametrize("column", ["user_id", "email", "anonymous_id"])
def test_the_column_named_is_one_that_the_file_has(load, tmp_path, column):
    errors = tmp_path / "errors.csv"
    with pytest.raises(CommandError, match="1 rows were refused"):
        load(
            "events", f"who,name,occurred_at\n{'x' * 201},ping,2026-01-01\n",
            "--map", f"who={column}", "--errors", str(errors),
        )  # fmt: skip
    assert [mistake[:2] for mistake in mistakes(errors)] == [("2", "who")]


def test_a_quote_in_the_header_that_never_ends_is_told(load):
    with pytest.raises(CommandError, match="The header line cannot be read"):
        load("companies", 'key,"name\nc1,Alpha\n')


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
