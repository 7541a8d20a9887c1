"""The docs say what is true: what can be run in them is run, what is written from the code is compared."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from graphql import GraphQLObjectType, build_schema, get_named_type, parse, validate

DOCS = sorted([settings.BASE_DIR / "README.md", *(settings.BASE_DIR / "docs").glob("*.md")])
SCHEMA = build_schema((settings.BASE_DIR / "config" / "schema.graphql").read_text())


def _queries() -> list:
    return [
        pytest.param(block, id=f"{path.name}-{number}")
        for path in DOCS
        for number, block in enumerate(re.findall(r"```graphql\n(.*?)```", path.read_text(), re.DOTALL), 1)
    ]


@pytest.mark.parametrize("document", _queries())
def test_a_query_in_the_docs_is_valid(document):
    assert validate(SCHEMA, parse(document)) == []


def test_the_front_end_page_has_its_worked_queries():
    page = (settings.BASE_DIR / "docs" / "front-end.md").read_text()
    assert page.count("```graphql") >= 10


def test_lists_can_be_narrowed_as_the_front_end_page_says():
    page = (settings.BASE_DIR / "docs" / "front-end.md").read_text()
    (sentence,) = re.findall(r"\*\*`search`\*\* is on every list but these, (.*?)\.\n", page, re.DOTALL)
    types = [each for each in SCHEMA.type_map.values() if isinstance(each, GraphQLObjectType)]
    fields = [(name, field) for each in types for name, field in each.fields.items()]
    lists = [
        (name, set(field.args))
        for name, field in fields
        if get_named_type(field.type).name.endswith("Connection")
    ]

    assert len(lists) > 20
    assert all({"filters", "ordering"} <= arguments for _, arguments in lists)
    without = {name for name, arguments in lists if "search" not in arguments}
    assert set(re.findall(r"`(\w+)`", sentence)) == without
    assert not any("search" in arguments for name, arguments in lists if name in without)


def test_the_page_of_events_is_up_to_date():
    call_command("export_events", "--check")


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text()):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_operators_page_names_every_setting():
    source = (settings.BASE_DIR / "config" / "settings.py").read_text()
    page = (settings.BASE_DIR / "docs" / "operator.md").read_text()
    named = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', source))
    assert named
    assert not {name for name in named if f"`{name}`" not in page}
