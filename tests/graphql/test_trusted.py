"""Trusted documents: what keys that are limited to them may ask, and nothing else."""

from typing import Any

import pytest
from django.test import Client

from accounts import trusted_documents
from accounts.models import TrustedDocument
from accounts.permissions import Permission
from accounts.tenancy import inside, public
from config.schema import engine
from integrations.models import OutboxEvent
from tests.client import Api, queries
from tests.factories import a_key, a_limited_key, a_member, a_trusted_document, an_actor
from tests.graphql.hashes import LEGACY, MODERN, a_text, by_hash, code_of, get, post, program, sha256_of
from tests.graphql.test_query_counts import WHO_IS_ASKING

ANSWER = {"viewer": {"kind": "KEY"}}
TEXT = "query Me { viewer { kind } }"
UNTRUSTED = (403, "DOCUMENT_NOT_TRUSTED")


@pytest.fixture
def limited(acme) -> Client:
    """A program whose key may ask trusted documents only; acme trusts one."""
    a_trusted_document(acme, TEXT)
    return program(acme, a_limited_key(acme))


def outcome(answer: Any) -> tuple[int, str]:
    assert "data" not in answer.json()
    return answer.status_code, code_of(answer)


def test_a_limited_key_asks_by_hash_or_by_the_identical_text(limited):
    asked: list[dict[str, Any]] = [by_hash(TEXT), {"query": TEXT}, by_hash(TEXT, query=TEXT)]
    asked += [{"documentId": f"sha256:{sha256_of(TEXT)}"}]

    assert [post(limited, each).json()["data"] for each in asked] == [ANSWER] * 4
    assert [get(limited, each).json()["data"] for each in asked] == [ANSWER] * 4


@pytest.mark.parametrize("accept", [MODERN, LEGACY])
@pytest.mark.parametrize(
    "text",
    [
        f"{TEXT} ",
        f" {TEXT}",
        TEXT.replace(" ", "\n"),
        "{ viewer { kind } }",
        "{ __schema { queryType { name } } }",
        "{",
        "\0",
    ],
)
def test_anything_else_is_refused_before_it_is_read(limited, text, accept):
    before = len(engine.library)

    assert outcome(post(limited, {"query": text}, accept)) == UNTRUSTED
    assert outcome(post(limited, by_hash(text), accept)) == UNTRUSTED
    assert len(engine.library) == before


def test_what_others_persisted_is_not_trusted(acme, limited):
    text = a_text()
    post(program(acme, a_key(acme)), by_hash(text, query=text))

    assert outcome(post(limited, by_hash(text))) == UNTRUSTED
    assert outcome(post(limited, by_hash(text, query=text))) == UNTRUSTED


def test_nor_is_what_another_tenant_trusts(acme, globex, limited):
    text = a_text()
    a_trusted_document(globex, text)
    theirs = program(globex, a_limited_key(globex))

    assert post(theirs, by_hash(text)).json()["data"] == ANSWER
    assert outcome(post(limited, by_hash(text))) == UNTRUSTED
    assert outcome(post(limited, {"query": text})) == UNTRUSTED
    assert outcome(post(theirs, by_hash(TEXT))) == UNTRUSTED


def test_a_withdrawn_one_is_refused_from_the_next_question_on(acme, limited):
    assert post(limited, by_hash(TEXT)).status_code == 200
    with public():
        row = TrustedDocument.objects.get(tenant=acme)
    trusted_documents.withdraw(row, by=an_actor())

    assert outcome(post(limited, by_hash(TEXT))) == UNTRUSTED
    a_trusted_document(acme, TEXT)
    assert post(limited, by_hash(TEXT)).status_code == 200


def test_others_ask_a_trusted_one_by_its_hash_though_nobody_ever_sent_it(acme, globex):
    text = a_text()
    a_trusted_document(acme, text)

    assert post(program(acme, a_key(acme)), by_hash(text)).json()["data"] == ANSWER
    assert code_of(post(program(globex, a_key(globex)), by_hash(text))) == "PERSISTED_QUERY_NOT_FOUND"


def test_a_limited_key_may_no_more_than_its_scopes_and_changes_by_post_only(acme, limited):
    text = 'mutation { personCreate(input: {name: "Ada"}) { errors { code } } }'
    a_trusted_document(acme, text)

    assert get(limited, by_hash(text)).status_code == 405
    answer = post(limited, by_hash(text)).json()
    assert answer["data"] == {"personCreate": {"errors": [{"code": "FORBIDDEN"}]}}


def test_whether_it_is_trusted_takes_one_statement(limited):
    post(limited, by_hash(TEXT))

    for asked in (by_hash(TEXT), {"query": TEXT}):
        with queries(WHO_IS_ASKING + 1):
            post(limited, asked)


def test_a_trusted_hash_with_another_text_is_refused(limited):
    assert code_of(post(limited, by_hash(TEXT, query=a_text()))) == "BAD_REQUEST"


ADD = """mutation($documents: [TrustedDocumentInput!]!) {
    trustedDocumentsAdd(input: {documents: $documents}) {
        trustedDocuments { id name sha256 text addedBy { id } withdrawnAt } errors { path code } } }"""
WITHDRAW = """mutation($id: ID!) { trustedDocumentWithdraw(input: {id: $id}) {
    trustedDocument { name withdrawnAt } errors { path code } } }"""


def test_they_are_added_listed_and_withdrawn(acme, globex):
    user = a_member(acme)
    owner = Api(acme, user)
    texts = [a_text(), a_text()]

    added = owner(ADD, documents=[{"text": texts[0], "name": " Mine "}, {"text": texts[1]}])["data"]
    rows = added["trustedDocumentsAdd"]["trustedDocuments"]
    listed = owner("{ trustedDocuments { totalCount nodes { text addedBy { name } } } }")["data"]
    withdrawn = owner(WITHDRAW, id=rows[0]["id"])["data"]["trustedDocumentWithdraw"]

    assert [(row["name"], row["sha256"], row["text"]) for row in rows] == [
        ("Mine", sha256_of(texts[0]), texts[0]),
        (texts[1].split()[1], sha256_of(texts[1]), texts[1]),
    ]
    assert {row["addedBy"]["id"] for row in rows} == {
        owner("{ viewer { user { id } } }")["data"]["viewer"]["user"]["id"]
    }
    assert listed["trustedDocuments"]["totalCount"] == 2
    assert {row["addedBy"]["name"] for row in listed["trustedDocuments"]["nodes"]} == {user.name}
    assert withdrawn["trustedDocument"]["withdrawnAt"]
    assert owner(WITHDRAW, id=rows[0]["id"])["data"]["trustedDocumentWithdraw"] == {
        "trustedDocument": None,
        "errors": [{"path": ["id"], "code": "CONFLICT"}],
    }
    assert Api(globex, a_key(globex))("{ trustedDocuments { totalCount } }")["data"] == {
        "trustedDocuments": {"totalCount": 0}
    }


def test_they_are_found_by_state_hash_and_text(acme):
    kept, gone = a_trusted_document(acme, a_text()), a_trusted_document(acme, a_text())
    trusted_documents.withdraw(gone, by=an_actor())

    found = Api(acme, a_key(acme))(
        """query($sha256: String, $name: String) {
            a: trustedDocuments(filters: {isWithdrawn: false}) { nodes { sha256 } }
            b: trustedDocuments(filters: {sha256: {exact: $sha256}}) { nodes { sha256 } }
            c: trustedDocuments(search: $name, ordering: [{addedAt: DESC}]) { nodes { sha256 } } }""",
        sha256=gone.sha256,
        name=kept.name,
    )["data"]

    assert {key: [each["sha256"] for each in value["nodes"]] for key, value in found.items()} == {
        "a": [kept.sha256],
        "b": [gone.sha256],
        "c": [kept.sha256],
    }


def test_what_is_added_is_read_and_not_remembered(acme):
    text = a_text()
    a_trusted_document(acme, text)

    assert text not in engine.library._documents


def test_adding_again_changes_nothing_and_is_no_news(acme):
    text = a_text()
    api = Api(acme, a_key(acme))

    first = api(ADD, documents=[{"text": text, "name": "First"}, {"text": text, "name": "Twice"}])
    again = api(ADD, documents=[{"text": text, "name": "Again"}])

    (row,) = first["data"]["trustedDocumentsAdd"]["trustedDocuments"]
    assert row["name"] == "First"
    assert again["data"]["trustedDocumentsAdd"] == {"trustedDocuments": [row], "errors": []}
    told = OutboxEvent.objects.filter(name="accounts.document_trusted").values_list("data", flat=True)
    assert [event["sha256"] for event in told] == [sha256_of(text)]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"text": "{ nothing }"}, "text"),
        ({"text": "{"}, "text"),
        ({"text": ""}, "text"),
        ({"text": "fragment F on Viewer { kind }"}, "text"),
        ({"text": "type A { b: Int }"}, "text"),
        ({"text": "{ " + " ".join(f"a{n}: viewer {{ kind }}" for n in range(31)) + " }"}, "text"),
        ({"text": TEXT, "name": "n" * 201}, "name"),
    ],
)
def test_all_or_none_and_only_what_could_be_asked(acme, document, path):
    answer = Api(acme, a_key(acme))(ADD, documents=[{"text": a_text()}, document])
    payload = answer["data"]["trustedDocumentsAdd"]

    (error,) = payload["errors"]
    assert payload["trustedDocuments"] is None
    assert (error["path"], error["code"]) == (["documents", "1", path], "INVALID")
    assert not TrustedDocument.objects.exists()


def test_a_list_is_bounded_and_so_are_all_of_a_tenant(acme, globex, monkeypatch):
    api = Api(acme, a_key(acme))
    a_trusted_document(globex)
    too_many = api(ADD, documents=[{"text": TEXT}] * 101)["data"]["trustedDocumentsAdd"]["errors"]
    monkeypatch.setattr(trusted_documents, "MOST", 2)
    a_trusted_document(acme)
    beyond = api(ADD, documents=[{"text": a_text()}, {"text": a_text()}])["data"]["trustedDocumentsAdd"]

    assert [error["code"] for error in too_many] == ["LIMIT_EXCEEDED"]
    assert [(error["code"], error["path"]) for error in beyond["errors"]] == [
        ("LIMIT_EXCEEDED", ["documents"])
    ]
    assert (
        api(ADD, documents=[{"text": TEXT}, {"text": a_text()}])["data"]["trustedDocumentsAdd"]["errors"]
        == []
    )


def test_a_key_is_limited_when_it_is_issued_and_shown_to_be(acme):
    owner = Api(acme, a_member(acme))
    issue = """mutation($scopes: [Permission!]!) { apiKeyIssue(input: {
        name: "web", scopes: $scopes, isTrustedDocumentsOnly: true}) {
        apiKey { isTrustedDocumentsOnly } secret errors { path code } } }"""

    issued = owner(issue, scopes=["SEE_PEOPLE"])["data"]["apiKeyIssue"]
    refused = owner(issue, scopes=["SEE_PEOPLE", "MANAGE_KEYS"])["data"]["apiKeyIssue"]
    listed = owner("{ apiKeys(filters: {isTrustedDocumentsOnly: true}) { nodes { name } } }")["data"]

    assert issued["apiKey"] == {"isTrustedDocumentsOnly": True}
    assert outcome(post(program(acme, issued["secret"]), {"query": TEXT})) == UNTRUSTED
    assert refused["errors"] == [{"path": ["scopes"], "code": "INVALID"}]
    assert listed["apiKeys"]["nodes"] == [{"name": "web"}]
    (told,) = OutboxEvent.objects.filter(name="accounts.key_issued").values_list("data", flat=True)
    assert told["trusted_documents_only"] is True


def test_those_who_may_not_see_keys_see_no_documents(acme):
    a_trusted_document(acme)

    seen = Api(acme, a_key(acme, Permission.SEE_PEOPLE))("{ trustedDocuments { totalCount nodes { text } } }")

    assert seen["data"] == {"trustedDocuments": {"totalCount": 0, "nodes": []}}


def test_the_wall_shows_a_tenant_its_own_only(acme, globex):
    ours, theirs = a_trusted_document(acme, a_text()), a_trusted_document(globex, a_text())

    assert list(TrustedDocument.objects.all()) == [ours]
    assert trusted_documents.text_of(theirs.sha256) is None
    with inside(globex):
        assert trusted_documents.text_of(theirs.sha256) == theirs.text
