"""Automatic persisted queries, as Apollo's clients speak them: by hash, with the text where it is unknown."""

import logging
from typing import Any

import pytest
import redis
from django.conf import settings as given_settings
from django.test import Client

from accounts.graphql import persisted
from accounts.graphql.engine import Question
from accounts.models import Tenant
from accounts.tenancy import inside
from journeys.models import Person
from tests.client import queries
from tests.factories import a_key, a_limited_key, a_trusted_document, a_write_key
from tests.graphql.hashes import LEGACY, MODERN, a_text, by_hash, code_of, get, post, program, sha256_of
from tests.graphql.test_query_counts import WHO_IS_ASKING

UNKNOWN = {
    "errors": [
        {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}},
    ]
}
ANSWER = {"viewer": {"kind": "KEY"}}


@pytest.fixture
def client(acme) -> Client:
    """A program of acme's."""
    return program(acme, a_key(acme))


@pytest.mark.parametrize(("accept", "status"), [(MODERN, 404), (LEGACY, 200)])
def test_an_unknown_hash_is_asked_for_again_with_its_text(client, accept, status):
    text = a_text()

    unknown = post(client, by_hash(text), accept)
    sent = post(client, by_hash(text, query=text), accept)
    known = post(client, by_hash(text), accept)

    assert (unknown.status_code, unknown.json()) == (status, UNKNOWN)
    assert sent.json()["data"] == known.json()["data"] == ANSWER
    assert (sent.status_code, known.status_code) == (200, 200)


def test_the_same_by_get_with_variables_and_a_name(client):
    text = "query A($n: Int) { people(first: $n) { totalCount } } " + a_text()
    asked = by_hash(text, operationName="A", variables={"n": 1})

    unknown, sent, known = get(client, asked), get(client, {**asked, "query": text}), get(client, asked)

    assert (unknown.status_code, unknown.json()) == (404, UNKNOWN)
    assert sent.json()["data"] == known.json()["data"] == {"people": {"totalCount": 0}}


def test_a_mutation_by_hash_is_sent_by_post(client):
    text = a_text('personCreate(input: {name: "Ada"}) { person { name } }', "mutation")
    post(client, by_hash(text, query=text))

    refused = get(client, by_hash(text))
    done = post(client, by_hash(text))

    assert (refused.status_code, refused["Allow"]) == (405, "POST")
    assert done.json()["data"] == {"personCreate": {"person": {"name": "Ada"}}}
    assert Person.objects.count() == 2


def test_a_mutation_is_not_changed_into_a_read_by_sending_its_text_by_get(client):
    text = a_text('personCreate(input: {name: "Ada"}) { person { name } }', "mutation")

    assert get(client, by_hash(text, query=text)).status_code == 405
    assert post(client, by_hash(text)).json() == UNKNOWN
    assert not Person.objects.exists()


def test_what_one_tenant_keeps_is_unknown_at_another(acme, globex, client):
    text = a_text()
    theirs = program(globex, a_key(globex))
    post(client, by_hash(text, query=text))

    assert post(theirs, by_hash(text)).json() == UNKNOWN
    assert post(client, by_hash(text)).json()["data"] == ANSWER
    post(theirs, by_hash(text, query=text))
    assert post(theirs, by_hash(text)).json()["data"] == ANSWER


@pytest.mark.parametrize("accept", [MODERN, LEGACY])
def test_a_text_with_another_hash_is_refused(client, accept):
    text, other = a_text(), a_text()

    refused = post(client, by_hash(other, query=text), accept)

    assert (refused.status_code, code_of(refused)) == (400, "BAD_REQUEST")
    assert "SHA-256" in refused.json()["errors"][0]["message"]
    assert post(client, by_hash(other)).json() == post(client, by_hash(text)).json() == UNKNOWN


@pytest.mark.parametrize(
    ("selection", "code"),
    [
        ("viewer {", "GRAPHQL_PARSE_FAILED"),
        ("nothing", "GRAPHQL_VALIDATION_FAILED"),
        (" ".join(f"a{n}: viewer {{ kind }}" for n in range(31)), "QUERY_TOO_COMPLEX"),
        ("people(first: 100) { nodes { companies(first: 100) { nodes { id } } } }", "QUERY_TOO_COMPLEX"),
        ('node(id: "x", first: $n) { id }', "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_what_cannot_be_carried_out_is_not_kept(client, selection, code):
    text = a_text(selection)

    sent = post(client, by_hash(text, query=text))

    assert (sent.status_code, {each["extensions"]["code"] for each in sent.json()["errors"]}) == (400, {code})
    assert post(client, by_hash(text)).json() == UNKNOWN


def test_nor_is_one_whose_variables_do_not_fit_until_they_do(client):
    text = a_text("people(first: $n) { totalCount }").replace(" {", "($n: Int!) {", 1)

    assert code_of(post(client, by_hash(text, query=text, variables={"n": "x"}))) == "BAD_USER_INPUT"
    assert post(client, by_hash(text, variables={"n": 1})).json() == UNKNOWN
    assert post(client, by_hash(text, query=text, variables={"n": 1})).status_code == 200
    assert post(client, by_hash(text, variables={"n": 1})).status_code == 200


def test_a_text_without_a_hash_is_not_kept(client):
    text = a_text()

    assert post(client, {"query": text}).json()["data"] == ANSWER
    assert post(client, by_hash(text)).json() == UNKNOWN


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_text_beside_a_hash_is_none(client, empty):
    text = a_text()
    post(client, by_hash(text, query=text))

    assert post(client, by_hash(text, query=empty)).json()["data"] == ANSWER


HASH = "0" * 64


@pytest.mark.parametrize(
    "extension",
    [
        "1",
        '"x"',
        "[]",
        "[1]",
        "true",
        "{}",
        '{"version": 1}',
        f'{{"sha256Hash": "{HASH}"}}',
        f'{{"version": 2, "sha256Hash": "{HASH}"}}',
        f'{{"version": "1", "sha256Hash": "{HASH}"}}',
        f'{{"version": true, "sha256Hash": "{HASH}"}}',
        f'{{"version": 1.0, "sha256Hash": "{HASH}"}}',
        f'{{"version": null, "sha256Hash": "{HASH}"}}',
        '{"version": 1, "sha256Hash": null}',
        '{"version": 1, "sha256Hash": 1}',
        '{"version": 1, "sha256Hash": ""}',
        f'{{"version": 1, "sha256Hash": ["{HASH}"]}}',
        f'{{"version": 1, "sha256Hash": "{"g" * 64}"}}',
        f'{{"version": 1, "sha256Hash": "{"A" * 64}"}}',
        f'{{"version": 1, "sha256Hash": "{HASH[1:]}"}}',
        f'{{"version": 1, "sha256Hash": "{HASH}\\n"}}',
        f'{{"version": 1, "sha256Hash": "{HASH[1:]}\\ud800"}}',
        f'{{"version": 1, "sha256Hash": "{HASH[1:]}\\u0000"}}',
        f'{{"version": 1, "sha256Hash": "{HASH[1:]}٣"}}',
        f'{{"version": 1, "sha256Hash": "{"0" * 900_000}"}}',
    ],
    ids=lambda given: given[:60],
)
def test_an_extension_that_is_none_is_the_clients_mistake(client, extension):
    raw = f'{{"extensions": {{"persistedQuery": {extension}}}}}'

    for accept in (MODERN, LEGACY):
        answer = post(client, raw, accept)
        assert (answer.status_code, code_of(answer)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("body", ['{"extensions": {"persistedQuery": null}}', '{"extensions": {}}', "{}"])
def test_without_any_hash_a_text_is_needed(client, body):
    assert code_of(post(client, body)) == "BAD_REQUEST"


def test_other_extensions_are_let_be_within_the_size_of_a_body(client):
    text = a_text()
    asked = by_hash(text, query=text)
    asked["extensions"]["clientLibrary"] = {"name": "x" * 900_000}

    assert post(client, asked).json()["data"] == ANSWER
    asked["extensions"]["clientLibrary"] = {"name": "x" * 1_100_000}
    assert post(client, asked).status_code == 413


@pytest.mark.parametrize("prefix", ["sha256:", ""])
def test_the_specifications_own_name_for_it_is_known_too(client, prefix):
    text = a_text()
    post(client, by_hash(text, query=text))

    asked: list[dict[str, Any]] = [{"documentId": prefix + sha256_of(text)}, by_hash(text)]
    asked[1]["extensions"]["persistedQuery"]["sha256Hash"] = prefix + sha256_of(text)

    for each in asked:
        assert post(client, each).json()["data"] == get(client, each).json()["data"] == ANSWER
    others: list[Any] = ["md5:abc", "sha256:abc", 7, [], {}, "", "x" * 32]
    for other in others:
        assert code_of(post(client, {"documentId": other})) == "BAD_REQUEST"


def test_a_browser_that_asks_by_hash_is_no_person_who_wants_the_page(client):
    text = a_text()
    post(client, by_hash(text, query=text))

    answer = get(client, by_hash(text), accept="text/html,application/xhtml+xml,*/*;q=0.8")

    assert answer.json()["data"] == ANSWER


def test_nobody_asks_by_hash_even_in_development(acme, client, settings):
    settings.DEBUG = True
    text = a_text("__schema { queryType { name } }")
    post(client, by_hash(text, query=text))
    nobody = Client(headers={"host": "acme.unison.test"})

    assert post(nobody, by_hash(text)).status_code == 401
    assert post(nobody, by_hash(text, query=text)).status_code == 401


def test_without_valkey_nothing_is_known_and_the_log_says_so(client, settings, caplog):
    text = a_text()
    post(client, by_hash(text, query=text))
    settings.REDIS_URL = "unix:///nowhere.sock"

    with caplog.at_level(logging.WARNING, "accounts.graphql.persisted"):
        unknown, sent = post(client, by_hash(text)), post(client, by_hash(text, query=text))

    assert unknown.json() == UNKNOWN
    assert sent.json()["data"] == ANSWER
    assert [record.message for record in caplog.records if record.name == "accounts.graphql.persisted"] == [
        "persisted documents are not known"
    ] * 2


def test_a_known_hash_takes_no_statement_and_an_unknown_one_takes_one(client):
    text = a_text()
    post(client, by_hash(text, query=text))
    with queries(WHO_IS_ASKING):
        post(client, by_hash(text))
    with queries(WHO_IS_ASKING + 1):  # whether it is trusted
        post(client, by_hash(a_text()))


@pytest.fixture
def kept_by(db) -> Tenant:
    """A tenant whose name no other test uses: what is kept is kept under it."""
    return Tenant(schema_name=a_text()[6:40].lower())


def keep(text: str) -> None:
    persisted.keep(Question(text, sha256=sha256_of(text)))


def test_a_document_is_kept_under_the_tenants_name_for_a_week_after_it_was_last_asked(kept_by):
    text = a_text()
    with inside(kept_by), redis.Redis.from_url(given_settings.REDIS_URL) as valkey:
        keep(text)
        (name,) = valkey.keys(f"*{sha256_of(text)}*")
        valkey.expire(name, 5)

        assert persisted.kept(sha256_of(text)) == text

        assert name.startswith(f"{kept_by.schema_name}:".encode())
        assert persisted.LIFE - 5 < valkey.ttl(name) <= persisted.LIFE
        assert {valkey.ttl(each) > 0 for each in valkey.keys(f"{kept_by.schema_name}:*")} == {True}


def test_the_least_recently_asked_is_forgotten_first(kept_by, monkeypatch):
    monkeypatch.setattr(persisted, "MOST", 3)
    texts = [a_text() for _ in range(4)]

    with inside(kept_by), redis.Redis.from_url(given_settings.REDIS_URL) as valkey:
        for text in texts[:3]:
            keep(text)
        persisted.kept(sha256_of(texts[0]))
        keep(texts[3])

        known = [persisted.kept(sha256_of(text)) is not None for text in texts]
        assert known == [True, False, True, True]
        assert len(valkey.keys(f"{kept_by.schema_name}:*")) == 3 + 1


def test_keeping_one_again_forgets_none(kept_by, monkeypatch):
    monkeypatch.setattr(persisted, "MOST", 2)
    texts = [a_text(), a_text()]

    with inside(kept_by):
        for text in [*texts, texts[0]]:
            keep(text)

        assert [persisted.kept(sha256_of(text)) for text in texts] == texts


def test_keys_that_anybody_may_read_have_nothing_kept(acme, client):
    text, trusted = a_text(), a_text()
    a_trusted_document(acme, trusted)
    write, limited = program(acme, a_write_key(acme)), program(acme, a_limited_key(acme))

    assert post(write, by_hash(text, query=text)).json()["data"] == ANSWER
    assert post(limited, by_hash(trusted, query=trusted)).json()["data"] == ANSWER
    assert post(write, by_hash(text)).json() == post(client, by_hash(text)).json() == UNKNOWN
    assert persisted.kept(sha256_of(trusted)) is None


def test_a_document_of_many_bytes_is_answered_and_not_kept(client):
    text = a_text() + "#" + "ü" * 10_000

    assert post(client, by_hash(text, query=text)).json()["data"] == ANSWER
    assert post(client, by_hash(text)).json() == UNKNOWN
