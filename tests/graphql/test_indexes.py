"""Lists are read in the order in which an index keeps them: a page costs no more where there are many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.client import Api
from tests.experience.factories import a_company, a_person, a_response, a_survey
from tests.factories import a_key

pytestmark = pytest.mark.django_db

LATEST = "responses(first: 3) { nodes { channel } }"


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ("companies(ordering: [{renewalOn: ASC}]) { nodes { name } }", "company_by_renewal"),
        ("companies(ordering: [{recurringRevenue: DESC}]) { nodes { name } }", "company_by_revenue"),
        ("people(ordering: [{lastSeenAt: ASC}]) { nodes { name } }", "person_by_last_seen"),
        (LATEST, "response_latest"),
        (f"companies(ordering: [{{name: ASC}}]) {{ nodes {{ {LATEST} }} }}", "response_of_company"),
        (f"people(ordering: [{{name: ASC}}]) {{ nodes {{ {LATEST} }} }}", "response_of_person"),
    ],
)
def test_lists_are_read_in_an_order_that_is_kept(acme, globex, asked, index):
    a_response(a_survey("nps"), a_person(a_company()), 9)
    api = Api(acme, a_key(acme))
    with CaptureQueriesContext(connection) as seen:
        api(f"{{ {asked} }}")
    (sql,) = [query["sql"] for query in seen if "JSON_OBJECT" in query["sql"]]
    with connection.cursor() as cursor:
        for dearer in ("seqscan", "bitmapscan", "sort"):  # with so few rows it would be chance what is chosen
            cursor.execute(f"SET LOCAL enable_{dearer} = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"using {index} " in plan
    assert "Sort" not in plan
