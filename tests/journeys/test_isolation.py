"""Two tenants: the same identities, keys and ids, and nothing of one in the other."""

import pytest

from accounts.errors import NotFound
from accounts.models import Tenant
from accounts.tenancy import inside
from journeys import affiliations, companies, people, stages
from journeys.affiliations import AffiliationDraft
from journeys.companies import Description
from journeys.incoming import Grouping, Identification
from journeys.models import (
    Affiliation,
    Arrival,
    Company,
    DailyRollup,
    Event,
    Identity,
    Person,
    Stage,
    StageVisit,
)
from journeys.stages import StageDraft
from tests.factories import an_actor
from tests.journeys.factories import a_company, a_person, an_event, fold_all, take

pytestmark = pytest.mark.django_db


def fill() -> None:
    """One of everything."""
    by = an_actor()
    take(
        Identification(user_id="ada", anonymous_id="x", email="ada@x.test"),
        Grouping(company_key="initech", identity=("user", "ada")),
        an_event(key="k1"),
    )
    stages.install_defaults(by=by)
    stages.enter(Person.objects.get(), stages.find("trying", by=by), by=by)
    fold_all()
    take(an_event(key="k2"))


def test_every_table_is_the_tenants_own(acme, globex):
    fill()
    models = (Affiliation, Arrival, Company, DailyRollup, Event, Identity, Person, Stage, StageVisit)
    ours = {model: set(model._default_manager.values_list("pk", flat=True)) for model in models}
    assert all(ours.values())

    with inside(globex):
        assert not any(model._default_manager.exists() for model in models)
        fill()
        for model in models:
            theirs = set(model._default_manager.values_list("pk", flat=True))
            assert theirs
            assert not theirs & ours[model]

    for model in models:
        assert set(model._default_manager.values_list("pk", flat=True)) == ours[model]


def test_another_tenants_ids_are_nobodys(acme: Tenant, globex: Tenant):
    with inside(globex):
        person, company = a_person(), a_company()
        held = affiliations.affiliate(person, company, AffiliationDraft(), by=an_actor())
        stages.create(StageDraft(key="theirs", title="Theirs", kind="former"), by=an_actor())
    by = an_actor()

    for find in (
        lambda: people.find(person.pk, by=by),
        lambda: companies.find(company.pk, by=by),
        lambda: affiliations.find(held.pk, by=by),
        lambda: stages.find("theirs", by=by),
    ):
        with pytest.raises(NotFound):
            find()
    companies.describe([Description(company_id=company.pk, tier="gold")])
    with inside(globex):
        assert Company.objects.get().tier == ""
