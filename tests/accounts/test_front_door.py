"""The front door of each host, and what is said where there is nothing, to people and to programs."""

import pytest
from django.test import Client

from tests.client import signed_in
from tests.factories import a_key, a_member

ACME, NOBODY, API = "acme.unison.test", "nobody.unison.test", "localhost:8123"
PEOPLE = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.mark.parametrize("given", ["", "nobody", "key", "member"])
def test_a_tenants_host_leads_into_its_admin(acme, globex, given):
    client = signed_in(acme, a_member(acme)) if given == "member" else Client()
    headers = {"host": ACME, "accept": PEOPLE if given else "*/*"}
    if given == "key":
        headers["authorization"] = f"Bearer {a_key(acme)}"

    answer = client.get("/", headers=headers)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
    assert client.get("/", headers={"host": NOBODY}).status_code == 404
    assert client.post("/", headers=headers).status_code in {403, 405}


@pytest.mark.parametrize("with_key", [False, True])
def test_the_api_host_says_what_is_where(acme, globex, with_key):
    headers = {"host": API} | ({"authorization": f"Bearer {a_key(globex)}"} if with_key else {})

    places = Client().get("/", headers=headers).json()
    page = Client().get("/", headers=headers | {"accept": PEOPLE})

    assert places == {
        "name": "Unison",
        "graphql": "http://localhost:8123/graphql/",
        "tracking": "http://localhost:8123/v1/",
        "event_types": "http://localhost:8123/v1/event-types",
        "readyz": "http://localhost:8123/readyz",
        "admin": "http://TENANT.localhost:8123/admin/",
    }
    assert page.status_code == 200
    assert all(place in page.content.decode() for name, place in places.items())
    for name in ("graphql", "event_types", "readyz"):
        assert Client().get(places[name], headers=headers | {"accept": PEOPLE}).status_code < 404, name


@pytest.mark.parametrize("host", [ACME, API])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_call_that_is_none_is_answered_as_calls_are(acme, globex, host, method):
    client = Client(enforce_csrf_checks=True)

    answer = getattr(client, method)("/v1/nope", headers={"host": host, "accept": PEOPLE})

    assert answer.status_code == 404
    assert answer.json() == {
        "success": False,
        "code": "not_found",
        "message": "There is nothing at this address.",
    }


def test_an_address_that_is_none_is_a_page_for_people_and_json_for_programs(acme, globex):
    program = Client().get("/nope", headers={"host": ACME, "accept": "application/json"})
    person = Client().get("/nope", headers={"host": ACME, "accept": PEOPLE})

    assert (program.status_code, person.status_code) == (404, 404)
    assert program.json()["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
    assert person.headers["Content-Type"].startswith("text/html")
