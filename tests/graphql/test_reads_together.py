"""Compiled reads of two tenants by the same threads over the same connections: nobody gets another's rows."""

import json
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction
from django.test import Client

from accounts.graphql.ids import global_id
from accounts.models import Tenant
from accounts.tenancy import inside
from tests.factories import a_key
from tests.journeys.factories import a_company, a_person

DOCUMENT = """query($id: ID!, $after: String) {
    node(id: $id) { ... on Company { name } }
    people(first: 2, after: $after, ordering: [{name: ASC}]) {
        totalCount nodes { name } pageInfo { endCursor } }
    nps { n }
}"""
OFTEN = 12
"""More often than it takes until Postgres is asked to keep a statement."""


def _settled(tenant: Tenant) -> tuple[Tenant, str, str]:
    with inside(tenant), transaction.atomic():
        company = a_company(name=f"The company of {tenant.schema_name}")
        for number in range(3):
            a_person(name=f"{tenant.schema_name} {number}")
    return tenant, a_key(tenant), global_id("Company", company.pk)


def _wrong_answers(settled: tuple[Tenant, str, str]) -> list[str]:
    tenant, key, company = settled
    name = tenant.schema_name
    client = Client(headers={"host": f"{name}.unison.test", "authorization": f"Bearer {key}"})
    company_named = {"name": f"The company of {name}"}
    pages = [[f"{name} 0", f"{name} 1"], [f"{name} 2"]]
    wrong, after = [], None
    try:
        for number in range(OFTEN):
            variables = {"id": company, "after": after}
            body = json.dumps({"query": DOCUMENT, "variables": variables})
            data = client.post("/graphql/", body, content_type="application/json").json()["data"]
            names = [person["name"] for person in data["people"]["nodes"]]
            if data["node"] != company_named or names != pages[number % 2]:
                wrong.append(json.dumps(data))
            after = None if after else data["people"]["pageInfo"]["endCursor"]
    finally:
        connection.close()
    return wrong


def test_threads_never_answer_with_a_neighbours_rows(committed):
    both = [_settled(tenant) for tenant in committed.values()] * 8
    with ThreadPoolExecutor(6) as pool:
        wrong = [answer for answers in pool.map(_wrong_answers, both) for answer in answers]

    assert wrong == []
