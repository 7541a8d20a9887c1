"""The schema keeps its conventions: written down, described, in Relay's shapes, with names that tell."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)

from accounts.graphql.nodes import NODES, Computed, definition_of, shape_of
from accounts.graphql.relations import FigureField
from config.schema import schema

TYPES: dict[str, Any] = {
    name: kind for name, kind in schema._schema.type_map.items() if not name.startswith("__")
}
OBJECTS = [kind for kind in TYPES.values() if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)]
FIELDS = [(kind, name, field) for kind in OBJECTS for name, field in kind.fields.items()]
CONNECTIONS = [kind for kind in OBJECTS if kind.name.endswith("Connection")]

IN_PYTHON = {
    "Company.nps": "has a margin of error, from counts of the database",
    "Person.nps": "has a margin of error, from counts of the database",
    "Survey.nps": "has a margin of error, from counts of the database",
    "Health.explanation": "raw values are weighed against the scorecard's curves",
    "Account.healthOn": "raw values are weighed against the scorecard's curves",
}
"""Fields of rows that are not a column, an expression or a relation; each runs once for a whole group."""


def test_it_is_written_down():
    call_command("export_schema", "--check", stdout=StringIO())


def test_everything_is_described():
    silent = [name for name, kind in TYPES.items() if not kind.description]
    for kind in TYPES.values():
        for name, field in getattr(kind, "fields", {}).items():
            silent += [] if field.description else [f"{kind.name}.{name}"]
            silent += [
                f"{kind.name}.{name}({a})"
                for a, given in getattr(field, "args", {}).items()
                if not given.description
            ]
        if isinstance(kind, GraphQLEnumType):
            silent += [f"{kind.name}.{name}" for name, value in kind.values.items() if not value.description]

    assert silent == []


def test_descriptions_are_sentences():
    texts = {f"{kind.name}.{name}": field.description or "" for kind, name, field in FIELDS}

    assert [name for name, text in texts.items() if not text.endswith((".", "...", "?"))] == []


def test_every_node_has_an_id_and_every_list_of_them_is_a_connection():
    for name in NODES:
        assert [each.name for each in TYPES[name].interfaces] == ["Node"]
    for kind, name, field in FIELDS:
        if name in {"nodes", "edges"}:
            continue
        is_list = str(field.type).startswith("[")
        assert not (is_list and name.endswith("Connection")), f"{kind.name}.{name}"


@pytest.mark.parametrize("kind", CONNECTIONS, ids=lambda kind: kind.name)
def test_a_connection_is_relays_with_nodes_and_a_count(kind):
    edge = get_named_type(kind.fields["edges"].type)

    assert {name: str(field.type) for name, field in kind.fields.items()} == {
        "edges": f"[{edge.name}!]!",
        "nodes": f"[{get_named_type(edge.fields['node'].type).name}!]!",
        "pageInfo": "PageInfo!",
        "totalCount": "Int!",
    }
    assert str(edge.fields["cursor"].type) == "String!"


def test_every_connection_takes_relays_arguments():
    for kind, name, field in FIELDS:
        if get_named_type(field.type) in CONNECTIONS:
            given = {key: str(argument.type) for key, argument in field.args.items()}
            wanted = {"first": "Int", "after": "String", "last": "Int", "before": "String"}
            assert given.items() >= wanted.items(), f"{kind.name}.{name}"


def test_every_list_of_the_root_can_be_filtered_and_sorted():
    for name, field in TYPES["Query"].fields.items():
        if get_named_type(field.type) in CONNECTIONS:
            assert {"filters", "ordering"} <= set(field.args), name


def test_names_say_what_they_are():
    for kind, name, field in FIELDS:
        named, where = str(get_named_type(field.type)), f"{kind.name}.{name}"
        assert named != "DateTime" or name.endswith(("At", "Until", "Since")) or name in {"since", "until"}, (
            where
        )
        assert named != "Date" or name.endswith("On") or name in {"day", "month"}, where
        assert named != "Boolean" or name.startswith(("is", "has", "can")), where
        assert named != "Money" or not name.endswith("Amount"), where


def test_a_row_another_permission_guards_is_never_required():
    for kind, name, field in FIELDS:
        if kind.name in NODES and get_named_type(field.type).name in NODES:
            assert not isinstance(field.type, GraphQLNonNull) or str(field.type).startswith("["), (
                f"{kind.name}.{name}"
            )


def test_mutations_take_one_input_and_answer_with_errors():
    for name, field in TYPES["Mutation"].fields.items():
        payload = get_named_type(field.type)
        assert list(field.args) == ["input"]
        assert str(field.args["input"].type) == f"{field.args['input'].type.of_type.name}!"
        assert payload.name == f"{name[0].upper()}{name[1:]}Payload"
        assert str(payload.fields["errors"].type) == "[UserError!]!"
        assert all(
            not isinstance(each.type, GraphQLNonNull)
            for key, each in payload.fields.items()
            if key != "errors"
        )


def test_no_filter_offers_more_than_its_lookups():
    for kind in TYPES.values():
        if isinstance(kind, GraphQLInputObjectType):
            assert not {"regex", "iRegex", "DISTINCT", "distinct"} & set(kind.fields), kind.name


def test_no_secret_is_a_column():
    words = ("secret", "digest", "password", "sealed", "token")
    shown = [
        f"{kind.name}.{name}"
        for kind, name, _ in FIELDS
        if kind.name in NODES and any(w in name.lower() for w in words)
    ]

    assert shown == ["WebhookEndpoint.previousSecretUntil"]


def test_the_fields_in_python_are_listed_with_their_reason():
    found = set()
    for name, node in NODES.items():
        for field in definition_of(node).fields:
            is_python = field.base_resolver is not None or isinstance(field, FigureField)
            found |= (
                {f"{name}.{schema.config.name_converter.get_graphql_name(field)}"} if is_python else set()
            )

    assert found == set(IN_PYTHON)


def test_expressions_are_known_to_whoever_reads_rows():
    for node in NODES.values():
        computed = {field.key for field in definition_of(node).fields if isinstance(field, Computed)}
        assert {name for name, _ in shape_of(node).expressions.values()} == computed
