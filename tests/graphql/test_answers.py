"""What goes over the wire: tags of reads that may be asked again, and compression where it is safe."""

import gzip
import json
from typing import Any

import pytest
from django.test import Client

from tests.client import signed_in
from tests.factories import a_key, a_member
from tests.graphql.hashes import LEGACY, MODERN, a_text, by_hash, get, post, program
from tests.journeys.factories import a_person

NAMES = {"query": "{ people(first: 50, ordering: [{name: ASC}]) { nodes { name } } }"}


@pytest.fixture
def client(acme) -> Client:
    """A program of acme's, among some people."""
    for number in range(20):
        a_person(name=f"Somebody {number:02}")
    return program(acme, a_key(acme))


def asked_again(client: Client, tag: str, question: dict[str, Any] = NAMES) -> Any:
    return get(client, question, **{"if-none-match": tag})


def test_a_read_by_get_is_tagged_and_not_sent_again_while_it_is_the_same(client):
    first = get(client, NAMES)
    tag = first["ETag"]
    again = asked_again(client, tag)

    assert tag.startswith('W/"')
    assert first["Cache-Control"] == again["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    for answer in (first, again):
        varies = {each.strip() for each in answer["Vary"].split(",")}
        assert varies >= {"Accept", "Accept-Encoding", "Authorization", "Cookie"}


def test_another_name_is_another_tag(client):
    tag = get(client, NAMES)["ETag"]
    a_person(name="Somebody new")

    again = asked_again(client, tag)

    assert again.status_code == 200
    assert again["ETag"] != tag
    assert "Somebody new" in again.content.decode()


def test_what_it_costs_is_no_part_of_the_tag_but_is_paid_again(client):
    first, second = get(client, NAMES), get(client, NAMES)
    costs = [answer.json()["extensions"]["cost"]["remaining"] for answer in (first, second)]

    asked_again(client, first["ETag"])
    third = get(client, NAMES).json()["extensions"]["cost"]["remaining"]

    assert first["ETag"] == second["ETag"]
    assert costs[0] > costs[1] > third
    assert costs[1] - third == 2 * (costs[0] - costs[1])


@pytest.mark.parametrize("header", ["*", '"x", {tag}', "{strong}"])
def test_if_none_match_is_read_as_http_has_it(client, header):
    tag = get(client, NAMES)["ETag"]

    assert asked_again(client, header.format(tag=tag, strong=tag.removeprefix("W/"))).status_code == 304
    assert asked_again(client, 'W/"x"').status_code == 200
    assert asked_again(client, "nonsense").status_code == 200


def test_by_hash_it_is_the_same(client):
    text = a_text(NAMES["query"][2:-2])
    post(client, by_hash(text, query=text))
    tag = get(client, by_hash(text))["ETag"]

    assert tag == get(client, NAMES)["ETag"]
    assert asked_again(client, tag, by_hash(text)).status_code == 304


def test_somebody_elses_tag_says_nothing(acme, globex, client):
    tag = get(client, NAMES)["ETag"]
    theirs = program(globex, a_key(globex))
    nobody = Client(headers={"host": "acme.unison.test"})

    assert asked_again(theirs, tag).json()["data"] == {"people": {"nodes": []}}
    assert asked_again(nobody, tag).status_code == 401
    assert asked_again(nobody, "*").status_code == 401


@pytest.mark.parametrize(
    "question",
    [
        {"query": "{"},
        {"query": "{ nothing }"},
        {"query": '{ people(after: "x") { nodes { id } } viewer { kind } }'},
        {"query": 'mutation { personCreate(input: {name: "Ada"}) { errors { code } } }'},
        by_hash("unknown to everybody"),
    ],
)
@pytest.mark.parametrize("accept", [MODERN, LEGACY])
def test_errors_are_never_kept(client, question, accept):
    answer = get(client, question, accept=accept, **{"if-none-match": "*"})

    assert answer.status_code != 304
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer
    assert answer.json()["errors"]


def test_nor_are_answers_by_post(client):
    answer = post(client, NAMES)

    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer


def test_a_members_browser_is_told_the_same(acme, client):
    browser = signed_in(acme, a_member(acme))
    tag = browser.get("/graphql/", NAMES, headers={"accept": MODERN})["ETag"]

    assert browser.get("/graphql/", NAMES, headers={"if-none-match": tag}).status_code == 304


def compressed(client: Client, body: object, encodings: str = "gzip", accept: str = MODERN) -> Any:
    return client.post(
        "/graphql/",
        json.dumps(body),
        content_type=LEGACY,
        headers={"accept": accept, "accept-encoding": encodings},
    )


@pytest.mark.parametrize("accept", [MODERN, LEGACY])
def test_a_read_is_compressed_for_those_who_take_it(client, accept):
    plain, answer = post(client, NAMES, accept), compressed(client, NAMES, "br, gzip;q=0.8", accept)

    assert answer["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.content))["data"] == plain.json()["data"]
    assert len(answer.content) < len(plain.content)
    assert int(answer["Content-Length"]) == len(answer.content)
    assert "Content-Encoding" not in plain
    assert "Accept-Encoding" in plain["Vary"]


@pytest.mark.parametrize("encodings", ["gzip;q=0, identity", "gzip; q=0.0", "br", ""])
def test_nobody_is_sent_what_they_do_not_take(client, encodings):
    answer = compressed(client, NAMES, encodings)
    assert "Content-Encoding" not in answer
    assert answer.json()["data"]


def test_so_is_one_by_get_and_its_tag_is_the_same(client):
    plain, answer = get(client, NAMES), get(client, NAMES, **{"accept-encoding": "gzip"})

    assert answer["Content-Encoding"] == "gzip"
    assert answer["ETag"] == plain["ETag"]
    again = get(client, NAMES, **{"accept-encoding": "gzip", "if-none-match": plain["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Content-Encoding" not in again


def test_the_length_does_not_tell_what_is_in_it(client):
    lengths = {len(compressed(client, NAMES).content) for _ in range(12)}

    assert len(lengths) > 3


@pytest.mark.parametrize("encodings", ["identity", "br", ""])
def test_others_get_it_plain(client, encodings):
    answer = compressed(client, NAMES, encodings)

    assert "Content-Encoding" not in answer
    assert answer.json()["data"]


def test_what_holds_a_fresh_secret_beside_what_was_sent_is_never_compressed(acme, client):
    name = "x" * 90
    issue = f"""mutation {{ {
        " ".join(
            f"a{n}: apiKeyIssue(input: {{name: {json.dumps(name)}, scopes: [SEE_PEOPLE]}})"
            " { secret apiKey { name } }"
            for n in range(4)
        )
    } }}"""
    text = a_text(issue.removeprefix("mutation {").removesuffix("}"), "mutation")
    sent = compressed(client, {"query": issue}), compressed(client, by_hash(text, query=text))

    for answer in (*sent, compressed(client, by_hash(text))):
        assert "Content-Encoding" not in answer
        assert answer.json()["data"]["a0"]["secret"].startswith("uk_")
        assert len(answer.content) > 400


def test_small_answers_and_refusals_are_not_worth_it(client):
    for question in ({"query": "{ viewer { kind } }"}, {"query": "{"}, {"query": f"{{ {'a' * 300} }}"}):
        assert "Content-Encoding" not in compressed(client, question)
