"""What a visitor answered is the answer of whom they turned out to be."""

from accounts.tenancy import inside
from experience.models import Response
from integrations import relay
from journeys.incoming import Identification
from journeys.models import Person
from tests.experience.factories import a_person, a_response, a_survey
from tests.journeys.factories import take


def test_the_answers_of_a_visitor_follow_them(acme, globex):
    survey = a_survey("nps")
    take(Identification(anonymous_id="x"), Identification(user_id="ada"))
    visitor, ada = (Person.objects.known_as(*who).get() for who in (("anonymous", "x"), ("user", "ada")))
    theirs, other = a_response(survey, visitor, 9), a_response(survey, a_person(), 3)
    with inside(globex):
        neighbours = a_response(a_survey("nps"), a_person(), 1)
        before = Response.objects.get(pk=neighbours.pk).person_id

    take(Identification(user_id="ada", anonymous_id="x"))
    relay.plan()
    assert relay.tell().failed == 0

    assert Response.objects.get(pk=theirs.pk).person == ada
    assert Response.objects.get(pk=other.pk).person_id == other.person_id
    with inside(globex):
        assert Response.objects.get(pk=neighbours.pk).person_id == before
