"""Random questions, made from the schema itself: valid documents with any values, good and bad."""

import json
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    get_named_type,
    is_composite_type,
)

from config.schema import schema

SCHEMA = schema._schema
TEXTS = ["", " ", "a", "%", "_", "\\", "'", '"', "ä", "😀", "\u202e", "a" * 300, "a" * 9_000, "null", "\n"]
TEXTS += [
    "\0",
    "\ud800",
    "unison",
    "https://x.example/",
    "http://localhost",
    "a@b.example",
    "-1",
    "1e5",
    "'; --",
]
VALUES: dict[str, list[Any]] = {
    "String": TEXTS,
    "Int": [-(2**31), -1, 0, 1, 2, 50, 100, 101, 2**31 - 1, 2**31, 10**20, 1.5, "1", True],
    "Float": [-1e308, -1.0, 0, 0.1, 1e308, 10**20, "1"],
    "Boolean": [True, False, 0, "true"],
    "Decimal": [
        "0",
        "-1",
        "1.005",
        "99999999999999999999",
        "1e400",
        "NaN",
        "",
        1,
        1.5,
        "12.34",
        10**25,
        True,
    ],
    "DateTime": [
        "2026-03-01T00:00:00Z",
        "1900-01-01",
        "1900-01-01T00:00:00+14:00",
        "2999-12-31T23:59:59-12:00",
        "x",
        5,
        "0001-01-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-03-01",
    ],
    "Date": ["2026-03-01", "1900-01-01", "2999-12-31", "0001-01-01", "9999-12-31", "x", 5, "2026-02-30"],
    "JSON": [
        {},
        {"a": None},
        {"a": {"b": [1, "x", 1.5, True]}},
        [],
        "x",
        1,
        None,
        {"": ""},
        {"a" * 500: "b" * 5000},
    ],
}


class Asker:
    """Makes questions; `ids` are ids that mean something."""

    def __init__(self, random: Random, ids: list[str]) -> None:
        self.random = random
        self.ids = [*ids, "", "x", "UGVyc29uOg==", "WDp4", "a" * 300, "UGVyc29uOnh4\n"]
        self.variables: dict[str, Any] = {}
        self.declared: list[str] = []

    def question(self, root: str) -> tuple[str, dict[str, Any]]:
        """A document and its variables."""
        kind: Any = SCHEMA.type_map["Query" if root == "query" else "Mutation"]
        name = self.random.choice(sorted(kind.fields))
        selected = self._field(name, kind.fields[name], depth=3)
        head = f"({', '.join(self.declared)})" if self.declared else ""
        return f"{root}{head} {{ {selected} }}", self.variables

    def _field(self, name: str, field: Any, depth: int) -> str:
        given = [
            f"{key}: {self._variable(argument.type, key)}"
            for key, argument in field.args.items()
            if isinstance(argument.type, GraphQLNonNull) or self.random.random() < 0.4
        ]
        arguments = f"({', '.join(given)})" if given else ""
        return f"{name}{arguments}{self._selection(get_named_type(field.type), depth)}"

    def _selection(self, kind: Any, depth: int) -> str:
        if not is_composite_type(kind):
            return ""
        fields: dict[str, Any] = getattr(kind, "fields", {})
        chosen = [name for name in sorted(fields) if self.random.random() < 0.35]
        parts = [
            self._field(name, fields[name], depth - 1)
            for name in chosen
            if depth > 0 or not is_composite_type(get_named_type(fields[name].type))
        ]
        return f" {{ {' '.join(['__typename', *parts])} }}"

    def _variable(self, kind: Any, name: str) -> str:
        variable = f"v{len(self.declared)}"
        self.declared.append(f"${variable}: {kind}")
        self.variables[variable] = self.value(kind, name)
        return f"${variable}"

    def value(self, kind: Any, name: str = "", depth: int = 4) -> Any:
        """Any value that might be given for a type."""
        if isinstance(kind, GraphQLNonNull):
            return self.value(kind.of_type, name, depth)
        if self.random.random() < 0.03:
            return self.random.choice([None, [], {}, "x", 7])
        if isinstance(kind, GraphQLList):
            return [self.value(kind.of_type, name, depth) for _ in range(self.random.choice([0, 1, 1, 2, 3]))]
        if isinstance(kind, GraphQLInputObjectType):
            return {
                key: self.value(field.type, key, depth - 1)
                for key, field in kind.fields.items()
                if isinstance(field.type, GraphQLNonNull) or (depth > 0 and self.random.random() < 0.3)
            }
        if isinstance(kind, GraphQLEnumType):
            return self.random.choice([*sorted(kind.values), "NOTHING"])
        return self._scalar(kind, name)

    def _scalar(self, kind: GraphQLScalarType, name: str) -> Any:
        if name in {"first", "last"} and self.random.random() < 0.8:
            return self.random.choice([0, 1, 2, 3])
        if kind.name == "ID":
            return self.random.choice(self.ids)
        plain = [
            value for value in VALUES[kind.name] if not isinstance(value, str) or self._is_sendable(value)
        ]
        return self.random.choice(plain if self.random.random() < 0.9 else VALUES[kind.name])

    @staticmethod
    def _is_sendable(text: str) -> bool:
        return "\0" not in text and json.dumps(text, ensure_ascii=False).isprintable()
