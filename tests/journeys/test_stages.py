"""Stages: one at a time for everybody."""

from contextlib import suppress
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import Conflict, Forbidden, Invalid, NotFound
from accounts.permissions import Permission
from accounts.tenancy import inside
from integrations.models import OutboxEvent
from journeys import stages
from journeys.models import Company, Event, Person, Stage, StageVisit
from journeys.stages import Entrance, StageDraft
from tests.client import queries
from tests.factories import an_actor
from tests.journeys.factories import DAY, NOON, a_company, a_person

pytestmark = pytest.mark.django_db


def a_stage(key: str = "trial") -> Stage:
    return stages.create(StageDraft(key=key, title=key.title(), kind="prospect"), by=an_actor())


def test_the_default_journey_is_there_once(acme, globex):
    by = an_actor()
    assert len(stages.install_defaults(by=by)) == len(stages.DEFAULTS)
    assert stages.install_defaults(by=by) == []

    keys = [draft.key for draft in stages.DEFAULTS]
    assert list(Stage.objects.values_list("key", flat=True)) == keys
    assert stages.find("trying", by=by).title == "Trying"
    with inside(globex):
        assert not Stage.objects.exists()


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (StageDraft(key="not a slug", title="x", kind="prospect"), "key"),
        (StageDraft(key="x", title=" ", kind="prospect"), "title"),
        (StageDraft(key="x", title="x", kind="odd"), "kind"),
        (StageDraft(key="x", title="x", kind="former", position=-1), "position"),
        (StageDraft(key="x", title="x", kind="former", position=10**9), "position"),
    ],
)
def test_what_does_not_fit_is_refused(acme, globex, draft, field):
    with pytest.raises(Invalid) as refusal:
        stages.create(draft, by=an_actor())
    assert refusal.value.field == field


def test_a_key_names_one_stage(acme, globex):
    a_stage()
    with pytest.raises(Conflict) as refusal:
        a_stage()
    assert refusal.value.field == "key"
    with inside(globex):
        assert a_stage().key == "trial"


def test_a_new_stage_is_told_but_is_no_line_on_a_timeline(acme, globex):
    by = an_actor()
    trial = stages.create(StageDraft(key="trial", title="Trial", kind="prospect"), by=by)

    told = OutboxEvent.objects.get(name="journeys.stage_created")
    assert told.data == {"stage_id": str(trial.pk), "stage_key": "trial"}
    assert told.actor_id == by.id
    assert not Event.objects.exists()
    with inside(globex):
        assert not OutboxEvent.objects.exists()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.sampled_from(["trial", "live", "gone"]), max_size=8))
def test_everybody_is_in_one_stage_at_a_time(acme, globex, moves):
    for subject in (a_person(), a_company()):
        for key in moves:
            stage = Stage.objects.filter(key=key).first() or a_stage(key)
            with suppress(Conflict):
                stages.enter(subject, stage, by=an_actor())

        visits = list(subject.visits.order_by("entered_at", "pk"))
        assert [v.left_at is None for v in visits] == [False] * (len(visits) - 1) + [True] * bool(visits)
        assert all(a.left_at == b.entered_at for a, b in pairwise(visits))


def test_a_move_is_told_with_where_they_came_from(acme, globex):
    ada, initech, trial, live = a_person(), a_company(), a_stage(), a_stage("live")
    stages.enter(ada, trial, by=an_actor())
    visit = stages.enter(ada, live, by=an_actor())
    stages.enter(initech, live, by=an_actor())

    assert str(visit) == f"{ada} in Live"
    assert Person.objects.in_stage("live").get() == ada
    assert not Person.objects.in_stage("trial").exists()
    assert Company.objects.in_stage("live").get() == initech
    moves = Event.objects.named("journeys.stage_entered").order_by("pk")
    assert [(line.properties["from_stage_key"], line.company_id) for line in moves] == [
        (None, None),
        ("trial", None),
        (None, initech.pk),
    ]


@pytest.mark.parametrize("size", [2, 20])
def test_history_is_brought_in_at_once_and_dated_by_itself(acme, globex, size):
    subjects = [a_company() for _ in range(size - 1)] + [a_person()]
    steps = [(a_stage(), NOON), (a_stage("live"), NOON + DAY)]
    entrances = [
        Entrance(subject=subject, stage=stage, at=at, recorded_at=at)
        for stage, at in steps
        for subject in subjects
    ]
    with queries(7):  # two kinds are locked and looked up; the visits, the timeline, the outbox
        made = stages.enter_many(entrances, by=an_actor())

    assert [visit.left_at for visit in made] == [NOON + DAY] * size + [None] * size
    lines = Event.objects.named("journeys.stage_entered").order_by("pk")
    assert [line.occurred_at for line in lines] == [NOON] * size + [NOON + DAY] * size
    assert all(line.is_backfilled for line in lines)
    assert [line.properties["from_stage_key"] for line in lines] == [None] * size + ["trial"] * size
    with inside(globex):
        assert not StageVisit.objects.exists()


def test_a_refusal_among_many_moves_names_its_place(acme, globex):
    company, trial, live = a_company(), a_stage(), a_stage("live")
    good = Entrance(subject=company, stage=trial, at=NOON)
    for wrong, error, field in (
        (good, Conflict, "1.stage_key"),
        (Entrance(subject=company, stage=live, at=NOON - DAY), Invalid, "1.at"),
        (Entrance(subject=company, stage=live, at=timezone.now() + DAY), Invalid, "1.at"),
    ):
        with pytest.raises(error) as refusal:
            stages.enter_many([good, wrong], by=an_actor())
        assert refusal.value.field == field
        assert not StageVisit.objects.exists()
    with pytest.raises(Forbidden):
        stages.enter_many([good], by=an_actor(Permission.CHANGE_COMPANIES))


def test_only_who_may(acme, globex):
    trial = a_stage()
    with pytest.raises(Forbidden):
        stages.create(StageDraft(key="x", title="X", kind="former"), by=an_actor(Permission.SEE_PEOPLE))
    with pytest.raises(Forbidden):
        stages.install_defaults(by=an_actor(Permission.SEE_PEOPLE))
    with pytest.raises(Forbidden):
        stages.enter(a_person(), trial, by=an_actor(Permission.CHANGE_COMPANIES))
    with pytest.raises(Forbidden):
        stages.enter(a_company(), trial, by=an_actor(Permission.CHANGE_PEOPLE))
    with pytest.raises(NotFound):
        stages.find("trial", by=an_actor(Permission.SEND_EVENTS))


def test_the_database_refuses_a_visit_of_nobody_and_of_two(acme, globex):
    trial, now = a_stage(), timezone.now()
    for who in ({}, {"person": a_person(), "company": a_company()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StageVisit.objects.create(stage=trial, entered_at=now, **who)
