"""Stages: made, and entered by people and companies."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actor import Actor
from accounts.errors import Conflict, Invalid, NotFound
from accounts.events import emit, emit_many
from accounts.permissions import Permission
from journeys.checks import check, conflicts, place_of, recorded
from journeys.events import StageCreated, StageEntered
from journeys.models import Company, Person, Stage, StageKind, StageVisit

KEY_TAKEN = {"stage_key_unique": "key"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDraft:
    """A step of the journey; without a position it comes last."""

    key: str
    title: str
    kind: str
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Somebody enters a stage: now, or at a moment of history that is brought in, by those who may."""

    subject: Person | Company
    stage: Stage
    at: datetime | None = None
    recorded_at: datetime | None = None


DEFAULTS = (
    StageDraft(key="aware", title="Aware", kind=StageKind.PROSPECT),
    StageDraft(key="considering", title="Considering", kind=StageKind.PROSPECT),
    StageDraft(key="trying", title="Trying", kind=StageKind.PROSPECT),
    StageDraft(key="onboarding", title="Onboarding", kind=StageKind.CUSTOMER),
    StageDraft(key="adopting", title="Adopting", kind=StageKind.CUSTOMER),
    StageDraft(key="renewing", title="Renewing", kind=StageKind.CUSTOMER),
    StageDraft(key="advocating", title="Advocating", kind=StageKind.CUSTOMER),
    StageDraft(key="churned", title="Churned", kind=StageKind.FORMER),
    StageDraft(key="winning_back", title="Winning back", kind=StageKind.FORMER),
)
"""A journey from first exposure to win-back, to begin with."""


def find(key: str, *, by: Actor) -> Stage:
    """The stage with this key; NotFound when there is none."""
    stage = Stage.objects.visible_to(by).filter(key=key).first()
    if stage is None:
        raise NotFound("There is no such stage.", field="stage_key")
    return stage


@transaction.atomic
def create(draft: StageDraft, *, by: Actor) -> Stage:
    """Make a stage; refused when the key names one already."""
    by.require(Permission.MANAGE_STAGES)
    position = draft.position
    if position is None:
        last = Stage.objects.order_by("-position").first()
        position = last.position + 1 if last else 1
    stage = Stage(key=draft.key, title=draft.title.strip(), kind=draft.kind, position=position)
    check(stage)
    with conflicts(Stage, KEY_TAKEN):
        stage.save(force_insert=True)
    emit(StageCreated(stage_id=stage.pk, stage_key=stage.key), by=by)
    return stage


@transaction.atomic
def install_defaults(*, by: Actor) -> Sequence[Stage]:
    """Make those of the default stages that are not there yet."""
    by.require(Permission.MANAGE_STAGES)
    present = set(Stage.objects.values_list("key", flat=True))
    return [create(draft, by=by) for draft in DEFAULTS if draft.key not in present]


def enter(subject: Person | Company, stage: Stage, *, by: Actor) -> StageVisit:
    """Move a person or a company into a stage, closing the visit they were on."""
    return enter_many([Entrance(subject=subject, stage=stage)], by=by)[0]


@transaction.atomic
def enter_many(entrances: Sequence[Entrance], *, by: Actor) -> list[StageVisit]:
    """Move many people and companies, all of them or none; a refusal of one among many names its place.

    Somebody may move more than once, in the order given. Their rows are locked, so two moves at once happen
    one after the other.
    """
    moved = _Moved(
        _held(Person, entrances, Permission.CHANGE_PEOPLE, by)
        | _held(Company, entrances, Permission.CHANGE_COMPANIES, by)
    )
    told = [moved.enter(entrance, place_of(index, entrances), by) for index, entrance in enumerate(entrances)]
    StageVisit.objects.bulk_update(moved.left, ["left_at"])
    StageVisit.objects.bulk_create(moved.made)
    emit_many(told, by=by)
    return moved.made


@dataclass(slots=True)
class _Moved:
    """Where everybody is, by their ids, while they move: the visits they left, and the new ones."""

    current: dict[UUID, StageVisit]
    left: list[StageVisit] = field(default_factory=list)
    made: list[StageVisit] = field(default_factory=list)

    def enter(self, entrance: Entrance, place: str, by: Actor) -> StageEntered:
        """Move one of them, and say so."""
        subject, stage, current = entrance.subject, entrance.stage, self.current.get(entrance.subject.pk)
        if current and current.stage_id == stage.pk:
            raise Conflict(f"{subject} is already in {stage}.", field=f"{place}stage_key")
        recorded(f"{place}recorded_at", entrance.recorded_at, by=by)
        at = recorded(f"{place}at", entrance.at, by=by)
        if current and at < current.entered_at:
            raise Invalid("They were in a later stage by then.", field=f"{place}at")
        if current:
            current.left_at = at
            if not current._state.adding:
                self.left.append(current)
        who = _who(subject)
        visit = StageVisit(stage=stage, entered_at=at, **{who: subject})
        self.made.append(visit)
        self.current[subject.pk] = visit
        return StageEntered(
            **{f"{who}_id": subject.pk},
            stage_key=stage.key,
            from_stage_key=current.stage.key if current else None,
            happened_at=entrance.at,
            recorded_at=entrance.recorded_at,
        )


def _held(
    model: type[Person] | type[Company], entrances: Sequence[Entrance], needed: Permission, by: Actor
) -> dict[UUID, StageVisit]:
    """Where those of one kind are now; their rows are locked, in the order of their ids."""
    ids = {entrance.subject.pk for entrance in entrances if isinstance(entrance.subject, model)}
    if not ids:
        return {}
    by.require(needed)
    list(model._default_manager.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
    who = model._meta.model_name
    visits = StageVisit.objects.open().filter(**{f"{who}__in": ids}).select_related("stage").order_by()
    return {getattr(visit, f"{who}_id"): visit for visit in visits}


def _who(subject: Person | Company) -> str:
    return "person" if isinstance(subject, Person) else "company"
