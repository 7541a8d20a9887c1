"""What is asked for often is found by an index made for it."""

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tenancy import owning
from journeys import affiliations
from journeys.affiliations import AffiliationDraft
from journeys.models import Affiliation
from tests.factories import an_actor
from tests.journeys.factories import a_company, a_person

pytestmark = pytest.mark.django_db


def test_who_belongs_to_a_company_now_is_read_from_the_index_alone(acme, globex):
    company, by = a_company(), an_actor()
    for _ in range(3):
        affiliations.affiliate(a_person(), company, AffiliationDraft(), by=by)
    gone, left = a_person(), timezone.now()
    ended = [Affiliation(person=gone, company=company, until=left) for _ in range(3000)]
    Affiliation.objects.bulk_create(ended)
    with owning(acme.schema_name), connection.cursor() as cursor:
        cursor.execute("ANALYZE journeys_affiliation")  # its own role may not, and would only be warned
    people = Affiliation.objects.open().filter(company=company).order_by().values("person_id")
    assert "Index Only Scan using affiliation_open_by_company" in people.explain()
    assert len(people) == 3
