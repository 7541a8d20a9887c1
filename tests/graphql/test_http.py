"""GraphQL over HTTP: media types, statuses, and requests that are no questions at all."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from accounts.permissions import Role
from tests.client import signed_in
from tests.factories import a_key, a_member, a_write_key

MODERN, LEGACY = "application/graphql-response+json", "application/json"
VIEWER = "{ viewer { kind } }"


@pytest.fixture
def client(acme) -> Client:
    """A program with a key."""
    headers = {"host": "acme.unison.test", "authorization": f"Bearer {a_key(acme)}"}
    return Client(headers=headers)


def post(client: Client, body: object, accept: str | None = MODERN, content_type: str = LEGACY):
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    headers = {"accept": accept} if accept is not None else {}
    return client.post("/graphql/", raw, content_type=content_type, headers=headers)


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, LEGACY),
        ("*/*", LEGACY),
        ("application/*", LEGACY),
        (LEGACY, LEGACY),
        (MODERN, MODERN),
        (f"{MODERN}, {LEGACY};q=0.9", MODERN),
        (f"{LEGACY};q=0.2, {MODERN};q=0.1", LEGACY),
        (f"{MODERN}, {LEGACY}", MODERN),
        (f"{MODERN};q=0, */*", LEGACY),
        (f"text/html, {MODERN}; charset=utf-8", MODERN),
        ("text/html, */*;q=0.1", LEGACY),
        ("APPLICATION/JSON", LEGACY),
        (f"{MODERN};q=nonsense, {LEGACY};q=0.1", LEGACY),
    ],
)
def test_the_media_type_is_the_one_the_client_likes_best(client, accept, media):
    answer = post(client, {"query": VIEWER}, accept)

    assert answer.status_code == 200
    assert answer["Content-Type"] == f"{media}; charset=utf-8"
    assert "Accept" in answer["Vary"]


@pytest.mark.parametrize("accept", ["text/html", "image/png", f"{MODERN};q=0", "nonsense"])
def test_a_client_that_takes_neither_is_told_so(client, accept):
    answer = post(client, {"query": VIEWER}, accept)

    assert answer.status_code == 406
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query($id: ID!) { node(id: $id) { id } }"}, "BAD_USER_INPUT"),
        (
            {"query": "query($n: Int) { people(first: $n) { totalCount } }", "variables": {"n": "x"}},
            "BAD_USER_INPUT",
        ),
        (
            {"query": "query A { viewer { kind } } query B { viewer { kind } }"},
            "OPERATION_RESOLUTION_FAILURE",
        ),
        ({"query": "query A { viewer { kind } }", "operationName": "B"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "fragment F on Viewer { kind }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription { viewer { kind } }"}, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_a_request_error_is_400_without_data_and_200_for_old_clients(client, question, code):
    modern, legacy = post(client, question), post(client, question, LEGACY)

    assert (modern.status_code, legacy.status_code) == (400, 200)
    for answer in (modern, legacy):
        assert "data" not in answer.json()
        assert {each["extensions"]["code"] for each in answer.json()["errors"]} == {code}


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"\xff\xfe",
        b"null",
        b"1",
        b'"{ viewer { kind } }"',
        b"[]",
        b'[{"query": "{ viewer { kind } }"}]',
        b"{}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": 1}',
        b'{"query": ["{ viewer { kind } }"]}',
        b'{"query": {}}',
        b'{"query": "{ viewer { kind } }", "variables": "x"}',
        b'{"query": "{ viewer { kind } }", "variables": []}',
        b'{"query": "{ viewer { kind } }", "operationName": {}}',
        b'{"query": "{ viewer { kind } }", "extensions": "x"}',
        b'{"query": "{ viewer { kind } }", "variables": {"a": NaN}}',
        b'{"query": "{ viewer { kind } }", "variables": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
        b'{"query": "{ viewer { kind } }", "variables": {"a": ' + b"9" * 10_000 + b"}}",
        b'{"query": "\\ud800"}',
    ],
    ids=lambda body: body[:60].decode(errors="replace"),
)
def test_a_malformed_request_is_400_for_everybody(client, body):
    for accept in (MODERN, LEGACY):
        answer = post(client, body, accept)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "variables",
    [
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        '{"\\u0000": 1}',
        '{"a": 1e999}',
        f'{{"a": {"[" * 40}{"]" * 40}}}',
        f'{{"a": "{"x" * 10_001}"}}',
        f'{{"a": {10**31}}}',
    ],
)
def test_variables_that_no_database_holds_are_the_clients_mistake(client, variables):
    answer = post(client, f'{{"query": "{{ viewer {{ kind }} }}", "variables": {variables}}}')

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("text", ['"\\u0000"', '"\\u{0}"', '"""a\\u0000b"""', '"a\\u0000"'])
def test_so_are_such_texts_in_the_document(client, text):
    answer = post(client, {"query": f"{{ people(search: {text}) {{ totalCount }} }}"})

    assert answer.status_code in {200, 400}
    assert text.startswith('"""') or answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_other_bodies_are_not_taken(client, content_type):
    assert post(client, {"query": VIEWER}, content_type=content_type).status_code == 415


def test_the_body_is_utf_8(client):
    assert post(client, {"query": VIEWER}, content_type="application/json; charset=utf-8").status_code == 200
    assert (
        post(client, {"query": VIEWER}, content_type="application/json; charset=latin-1").status_code == 415
    )


def test_a_body_over_a_megabyte_is_too_large(client):
    assert post(client, {"query": VIEWER, "variables": {"a": "x" * 1_048_577}}).status_code == 413


def test_get_asks_and_does_not_change(client):
    asked = client.get(
        "/graphql/", {"query": "query($n: Int) { people(first: $n) { totalCount } }", "variables": '{"n": 1}'}
    )
    changed = client.get(
        "/graphql/", {"query": 'mutation { personCreate(input: {name: "Ada"}) { errors { message } } }'}
    )

    assert asked.json()["data"] == {"people": {"totalCount": 0}}
    assert changed.status_code == 405
    assert changed["Allow"] == "POST"


def test_get_without_a_question_or_with_bad_variables_is_400(client):
    assert client.get("/graphql/").status_code == 400
    assert client.get("/graphql/", {"query": VIEWER, "variables": "{"}).status_code == 400
    assert client.get("/graphql/", {"query": VIEWER, "extensions": "[]"}).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_not_taken(client, method):
    answer = client.generic(method, "/graphql/")

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, POST"


@pytest.mark.parametrize("accept", [MODERN, LEGACY])
def test_nobody_is_unauthenticated_however_they_ask(acme, accept):
    nobody = Client(headers={"host": "acme.unison.test"})
    asked = [
        post(nobody, {"query": VIEWER}, accept),
        post(nobody, b"{", accept),
        nobody.get("/graphql/", {"query": VIEWER}, headers={"accept": accept}),
        post(nobody, {"query": "{ __schema { queryType { name } } }"}, accept),
    ]

    for answer in asked:
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert "data" not in answer.json()


def test_in_development_anybody_may_look_at_the_schema_and_no_more(acme, settings):
    settings.DEBUG = True
    nobody = Client(headers={"host": "acme.unison.test"})

    seen = post(nobody, {"query": "{ __schema { queryType { name } } }"}).json()

    assert seen == {"data": {"__schema": {"queryType": {"name": "Query"}}}}
    assert post(nobody, {"query": f"{{ __typename {VIEWER[1:]}"}).status_code == 401


@pytest.mark.parametrize("credential", ["Bearer", "Bearer x", "Bearer uk_00000000_" + "a" * 43, "Basic eDp5"])
def test_a_credential_that_opens_nothing_is_refused(acme, credential):
    asking = Client(headers={"host": "acme.unison.test", "authorization": credential})

    assert post(asking, {"query": VIEWER}).status_code == 401


def test_a_key_of_another_tenant_is_refused_here(acme, globex):
    theirs = Client(headers={"host": "acme.unison.test", "authorization": f"Bearer {a_key(globex)}"})

    assert post(theirs, {"query": VIEWER}).status_code == 401


def test_on_the_api_host_the_key_names_the_tenant(acme, globex):
    theirs = Client(headers={"host": "localhost", "authorization": f"Bearer {a_key(globex)}"})

    answer = post(theirs, {"query": "{ viewer { tenant { name } } }"})

    assert answer.json()["data"] == {"viewer": {"tenant": {"name": "Globex"}}}
    assert post(Client(headers={"host": "localhost"}), {"query": VIEWER}).status_code == 401


def test_a_session_needs_the_csrf_token(acme):
    browser = signed_in(acme, a_member(acme, Role.VIEWER), enforce_csrf_checks=True)

    refused = post(browser, {"query": VIEWER})
    page = browser.get("/graphql/", headers={"accept": "text/html"})
    token = browser.cookies["csrftoken"].value
    allowed = browser.post(
        "/graphql/", json.dumps({"query": VIEWER}), content_type=LEGACY, headers={"x-csrftoken": token}
    )

    assert refused.status_code == 403
    assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert page.status_code == 200
    assert allowed.json()["data"] == {"viewer": {"kind": "USER"}}


def test_a_key_needs_none(acme):
    headers = {"host": "acme.unison.test", "authorization": f"Bearer {a_key(acme)}"}
    program = Client(headers=headers, enforce_csrf_checks=True)

    assert post(program, {"query": VIEWER}).status_code == 200


def test_a_body_in_chunks_states_no_length(client):
    def send(body: bytes) -> int:
        in_chunks: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
        in_chunks |= {"CONTENT_TYPE": LEGACY, "wsgi.input": BytesIO(body)}
        return client.generic("POST", "/graphql/", **in_chunks).status_code

    question = json.dumps({"query": VIEWER}).encode()
    assert send(question) == 200
    assert send(b"") == 400
    assert send(question + b" " * 2_000_000) == 413


def test_a_write_key_sees_nothing(acme):
    program = Client(headers={"host": "acme.unison.test", "authorization": f"Bearer {a_write_key(acme)}"})

    answer = post(program, {"query": "{ people { totalCount nodes { id } } nps { n } }"})

    assert answer.json()["data"] == {"people": {"totalCount": 0, "nodes": []}, "nps": None}


def test_the_cost_is_told(client):
    cost = post(client, {"query": "{ people(first: 7) { nodes { id } } }"}).json()["extensions"]["cost"]

    assert cost["requested"] == 8
    assert cost["limit"] == 5000
    assert cost["remaining"] == cost["perMinute"] - 8
    assert 1 <= cost["resetsInSeconds"] <= 60
