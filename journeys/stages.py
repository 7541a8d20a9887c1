"""Stages: made, and entered by people and companies."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Conflict, NotFound
from accounts.events import emit
from accounts.permissions import Permission
from journeys.checks import check, conflicts
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


@transaction.atomic
def enter(subject: Person | Company, stage: Stage, *, by: Actor) -> StageVisit:
    """Move a person or a company into a stage, closing the visit they were on.

    Their row is locked, so two moves at once happen one after the other.
    """
    who = "person" if isinstance(subject, Person) else "company"
    by.require(Permission.CHANGE_PEOPLE if who == "person" else Permission.CHANGE_COMPANIES)
    type(subject)._default_manager.select_for_update(no_key=True).get(pk=subject.pk)
    current = StageVisit.objects.open().filter(**{who: subject}).select_related("stage").first()
    if current and current.stage_id == stage.pk:
        raise Conflict(f"{subject} is already in {stage}.", field="stage_key")

    now = timezone.now()
    if current:
        current.left_at = now
        current.save(update_fields=["left_at"])
    visit = StageVisit.objects.create(stage=stage, entered_at=now, **{who: subject})
    emit(
        StageEntered(
            **{f"{who}_id": subject.pk},
            stage_key=stage.key,
            from_stage_key=current.stage.key if current else None,
        ),
        by=by,
    )
    return visit
