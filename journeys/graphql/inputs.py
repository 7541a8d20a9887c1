"""What the mutations of people, companies, timelines and stages take."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

import strawberry
from strawberry import UNSET

from accounts.graphql.arguments import said
from accounts.graphql.ids import key_of
from accounts.graphql.scalars import JSON
from journeys.companies import CompanyChanges, CompanyDraft
from journeys.graphql.traits import traits_of
from journeys.graphql.vocabulary import AffiliationRole, IdentityKind, StageKind
from journeys.incoming import Incoming
from journeys.people import PersonChanges, PersonDraft

TRAITS = "An object of whatever else is to be kept, by name."
CHANGED_TRAITS = (
    "An object of whatever else is to be kept, by name; laid over what is known. A trait that is null in it"
    " is forgotten; null in its place changes nothing."
)


@strawberry.input(description="A new person.")
class PersonCreateInput:
    name: str = strawberry.field(default="", description="What they are called; at most 200 characters.")
    email: str = strawberry.field(default="", description="Their e-mail address.")
    phone: str = strawberry.field(default="", description="Their telephone number; at most 40 characters.")
    user_id: str = strawberry.field(default="", description="Your own id of them.")
    traits: JSON | None = strawberry.field(default=None, description=TRAITS)

    def draft(self) -> PersonDraft:
        """What it asks for, in the verb's words."""
        return PersonDraft(
            name=self.name,
            email=self.email,
            phone=self.phone,
            user_id=self.user_id,
            traits=traits_of(self.traits),
        )


@strawberry.input(description="Changes to a person. What is left out stays; null clears.")
class PersonUpdateInput:
    id: strawberry.ID = strawberry.field(description="Their id.")
    name: str | None = strawberry.field(default=UNSET, description="What they are called.")
    email: str | None = strawberry.field(default=UNSET, description="Their e-mail address.")
    phone: str | None = strawberry.field(default=UNSET, description="Their telephone number.")
    traits: JSON | None = strawberry.field(default=UNSET, description=CHANGED_TRAITS)

    def changes(self) -> PersonChanges:
        """What it asks for, in the verb's words."""
        changes = said(self, "name", "email", "phone")
        if self.traits is not UNSET:
            changes["traits"] = traits_of(self.traits)
        return cast("PersonChanges", changes)


@strawberry.input(description="A person.")
class PersonInput:
    id: strawberry.ID = strawberry.field(description="Their id.")


@strawberry.input(description="A new company.")
class CompanyCreateInput:
    name: str = strawberry.field(description="What it is called; at most 200 characters.")
    domain: str = strawberry.field(default="", description="Its internet domain.")
    key: str = strawberry.field(default="", description="Your own id of it, by which events can name it.")
    traits: JSON | None = strawberry.field(default=None, description=TRAITS)

    def draft(self) -> CompanyDraft:
        """What it asks for, in the verb's words."""
        return CompanyDraft(name=self.name, domain=self.domain, key=self.key, traits=traits_of(self.traits))


@strawberry.input(description="Changes to a company. What is left out stays; null clears.")
class CompanyUpdateInput:
    id: strawberry.ID = strawberry.field(description="Its id.")
    name: str | None = strawberry.field(default=UNSET, description="What it is called.")
    domain: str | None = strawberry.field(default=UNSET, description="Its internet domain.")
    key: str | None = strawberry.field(default=UNSET, description="Your own id of it.")
    traits: JSON | None = strawberry.field(default=UNSET, description=CHANGED_TRAITS)

    def changes(self) -> CompanyChanges:
        """What it asks for, in the verb's words."""
        changes = said(self, "name", "domain", "key")
        if self.traits is not UNSET:
            changes["traits"] = traits_of(self.traits)
        return cast("CompanyChanges", changes)


@strawberry.input(description="A company.")
class CompanyInput:
    id: strawberry.ID = strawberry.field(description="Its id.")


@strawberry.input(description="A person's part in a company.")
class AffiliationCreateInput:
    person_id: strawberry.ID = strawberry.field(description="Who belongs to the company.")
    company_id: strawberry.ID = strawberry.field(description="Where they belong.")
    role: AffiliationRole = strawberry.field(default=AffiliationRole.USER, description="What they are there.")
    is_primary: bool = strawberry.field(
        default=True, description="Whether what they do counts for this company when they name no other."
    )
    since: datetime | None = strawberry.field(
        default=None, description="Since when; as long as we know, if nothing is said."
    )


@strawberry.input(description="The end of a person's part in a company.")
class AffiliationEndInput:
    id: strawberry.ID = strawberry.field(description="The affiliation's id.")
    at: datetime | None = strawberry.field(
        default=None, description="When it ended; now, if nothing is said."
    )


@strawberry.input(description="A new stage.")
class StageCreateInput:
    key: str = strawberry.field(description="By which programs name it: small letters, digits, - and _.")
    title: str = strawberry.field(description="What it is called.")
    kind: StageKind = strawberry.field(description="Whether those in it have yet to buy, do, or did.")
    position: int | None = strawberry.field(
        default=None, description="Its place; the last, if nothing is said."
    )


@strawberry.input(description="A person's move into a stage.")
class PersonEnterStageInput:
    person_id: strawberry.ID = strawberry.field(description="Who moves.")
    stage_key: str = strawberry.field(description="The stage's key.")


@strawberry.input(description="A company's move into a stage.")
class CompanyEnterStageInput:
    company_id: strawberry.ID = strawberry.field(description="Which company moves.")
    stage_key: str = strawberry.field(description="The stage's key.")


@strawberry.input(description="An identifier by which you know somebody.")
class IdentityInput:
    kind: IdentityKind = strawberry.field(description="What sort of identifier it is; not INTERNAL.")
    value: str = strawberry.field(description="The identifier itself; at most 200 characters.")


@strawberry.input(description="Something that happened. It names a person, a company, or both.")
class EventInput:
    name: str = strawberry.field(description="What happened, as noun_past_tense; at most 120 characters.")
    occurred_at: datetime | None = strawberry.field(
        default=None, description="When; now, if nothing is said."
    )
    key: str = strawberry.field(
        default="", description="Your own id of it: what is sent twice is stored once."
    )
    identity: IdentityInput | None = strawberry.field(
        default=None, description="The person, by an identifier."
    )
    person_id: strawberry.ID | None = strawberry.field(default=None, description="The person, by our id.")
    company_key: str = strawberry.field(default="", description="The company, by your own id of it.")
    company_id: strawberry.ID | None = strawberry.field(default=None, description="The company, by our id.")
    channel: str = strawberry.field(default="", description="The channel it took place on.")
    value: Decimal | None = strawberry.field(default=None, description="Its number, where it has one.")
    properties: JSON | None = strawberry.field(
        default=None, description="An object of whatever else there is."
    )
    recorded_at: datetime | None = strawberry.field(
        default=None,
        description="For history that is brought in: when it became known. Needs its own permission.",
    )

    def incoming(self) -> Incoming:
        """What it says, in the verb's words."""
        person, company = self.person_id, self.company_id
        return Incoming(
            name=self.name,
            occurred_at=self.occurred_at or datetime.now(UTC),
            key=self.key,
            identity=(self.identity.kind.value, self.identity.value) if self.identity else None,
            person_id=key_of(person, "Person", field="person_id") if person is not None else None,
            company_key=self.company_key,
            company_id=key_of(company, "Company", field="company_id") if company is not None else None,
            channel=self.channel,
            value=self.value,
            properties=traits_of(self.properties, field="properties"),
            recorded_at=self.recorded_at,
        )


@strawberry.input(description="Events for the timeline.")
class EventsSendInput:
    events: list[EventInput] = strawberry.field(description="What happened; at most 500.")
    source: str = strawberry.field(
        default="api", description="Who sends it: `key` is unique within a source. A write key has its own."
    )
