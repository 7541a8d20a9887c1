"""What can be changed of people, companies, timelines and stages."""

from collections.abc import Sequence
from typing import Any

import strawberry

from accounts.errors import Invalid, LimitExceeded
from accounts.graphql.context import Info
from accounts.graphql.mutating import mutation
from accounts.graphql.payloads import path_of
from accounts.graphql.relations import seen
from accounts.models import KeyKind
from accounts.tenancy import tenant
from accounts.waking import wake
from journeys import affiliations, companies, intake, people, stages, tasks, timeline
from journeys.graphql import inputs
from journeys.graphql.types import AffiliationNode, CompanyNode, PersonNode, StageNode, StageVisitNode
from journeys.incoming import Incoming, Refusal
from journeys.models import Affiliation, Company, Person, Stage, StageVisit

MOST_EVENTS = 500


@strawberry.type(description="Why one event of many was not stored.")
class EventRefusal:
    index: int = strawberry.field(description="Its place in `events`, from 0.")
    path: list[str] = strawberry.field(description="Where in the event.")
    message: str = strawberry.field(description="What is wrong, in words for people.")


@strawberry.type
class JourneysMutation:
    @mutation(person=PersonNode, description="Make a person known.")
    def person_create(self, info: Info, input: inputs.PersonCreateInput) -> Person:
        return people.create(input.draft(), by=info.context.actor)

    @mutation(person=PersonNode, description="Change what is known of a person.")
    def person_update(self, info: Info, input: inputs.PersonUpdateInput) -> Person:
        actor = info.context.actor
        return people.update(seen(PersonNode, input.id, info), input.changes(), by=actor)

    @mutation(person=PersonNode, description="Put a person away; what they did stays on the timeline.")
    def person_archive(self, info: Info, input: inputs.PersonInput) -> Person:
        actor = info.context.actor
        return people.archive(seen(PersonNode, input.id, info), by=actor)

    @mutation(person=PersonNode, description="Bring back a person who was put away.")
    def person_restore(self, info: Info, input: inputs.PersonInput) -> Person:
        actor = info.context.actor
        return people.restore(seen(PersonNode, input.id, info), by=actor)

    @mutation(visit=StageVisitNode, description="Move a person into a stage.")
    def person_enter_stage(self, info: Info, input: inputs.PersonEnterStageInput) -> StageVisit:
        actor = info.context.actor
        person = seen(PersonNode, input.person_id, info, field="person_id")
        return stages.enter(person, stages.find(input.stage_key, by=actor), by=actor)

    @mutation(company=CompanyNode, description="Make a company known.")
    def company_create(self, info: Info, input: inputs.CompanyCreateInput) -> Company:
        return companies.create(input.draft(), by=info.context.actor)

    @mutation(company=CompanyNode, description="Change what is known of a company.")
    def company_update(self, info: Info, input: inputs.CompanyUpdateInput) -> Company:
        actor = info.context.actor
        return companies.update(seen(CompanyNode, input.id, info), input.changes(), by=actor)

    @mutation(
        company=CompanyNode, description="Put a company away; what happened in it stays on the timeline."
    )
    def company_archive(self, info: Info, input: inputs.CompanyInput) -> Company:
        actor = info.context.actor
        return companies.archive(seen(CompanyNode, input.id, info), by=actor)

    @mutation(company=CompanyNode, description="Bring back a company that was put away.")
    def company_restore(self, info: Info, input: inputs.CompanyInput) -> Company:
        actor = info.context.actor
        return companies.restore(seen(CompanyNode, input.id, info), by=actor)

    @mutation(visit=StageVisitNode, description="Move a company into a stage.")
    def company_enter_stage(self, info: Info, input: inputs.CompanyEnterStageInput) -> StageVisit:
        actor = info.context.actor
        company = seen(CompanyNode, input.company_id, info, field="company_id")
        return stages.enter(company, stages.find(input.stage_key, by=actor), by=actor)

    @mutation(
        affiliation=AffiliationNode,
        description="Say what a person is in a company; what they were there before ends.",
    )
    def affiliation_create(self, info: Info, input: inputs.AffiliationCreateInput) -> Affiliation:
        actor = info.context.actor
        draft = affiliations.AffiliationDraft(role=input.role, is_primary=input.is_primary, since=input.since)
        return affiliations.affiliate(
            seen(PersonNode, input.person_id, info, field="person_id"),
            seen(CompanyNode, input.company_id, info, field="company_id"),
            draft,
            by=actor,
        )

    @mutation(affiliation=AffiliationNode, description="Say that a person belongs to a company no more.")
    def affiliation_end(self, info: Info, input: inputs.AffiliationEndInput) -> Affiliation:
        actor = info.context.actor
        held = seen(AffiliationNode, input.id, info)
        return affiliations.end(held, at=input.at, by=actor)

    @mutation(stage=StageNode, description="Make a stage.")
    def stage_create(self, info: Info, input: inputs.StageCreateInput) -> Stage:
        draft = stages.StageDraft(key=input.key, title=input.title, kind=input.kind, position=input.position)
        return stages.create(draft, by=info.context.actor)

    @mutation(
        stored_count=int,
        repeated_count=int,
        refused=list[EventRefusal],
        description="Send events to the timeline; one that does not fit is refused and the rest stored.",
    )
    def events_send(self, info: Info, input: inputs.EventsSendInput) -> dict[str, Any]:
        if len(input.events) > MOST_EVENTS:
            raise LimitExceeded(f"At most {MOST_EVENTS} events at once.", field="events")
        source = _source(info, input.source)
        read, unread = _read(input.events)
        taken = intake.take(list(read.values()), source=source, by=info.context.actor)
        wake(tasks.fold_rollups, schema=tenant().schema_name)
        places = list(read)
        refused = [_refusal(places[each.index], each) for each in taken.refused]
        refused = sorted([*unread, *refused], key=lambda each: each.index)
        return {"stored_count": taken.stored, "repeated_count": taken.repeated, "refused": refused}


def _read(events: Sequence[inputs.EventInput]) -> tuple[dict[int, Incoming], list[EventRefusal]]:
    """What the events say, by their places; and why some of them say nothing."""
    read, unread = {}, []
    for index, each in enumerate(events):
        try:
            read[index] = each.incoming()
        except Invalid as refusal:
            unread.append(_refusal(index, refusal))
    return read, unread


def _refusal(index: int, why: Refusal | Invalid) -> EventRefusal:
    return EventRefusal(index=index, path=path_of(why.field), message=why.message)


def _source(info: Info, stated: str) -> str:
    """The name the events are stored under: a write key's own, or the one that is stated."""
    key = info.context.request.api_key
    if key and key.kind == KeyKind.WRITE:
        return key.source
    if not 1 <= len(stated) <= 60 or stated == timeline.OURS:
        raise Invalid("A source is named with 1 to 60 characters, and not “unison”.", field="source")
    return stated
