"""Explanations and figures of customer success in the graph; each says how it is defined."""

from datetime import date
from decimal import Decimal

import strawberry

from accounts.graphql.scalars import Money
from success import explanations, metrics
from success.graphql.vocabulary import Band, FeatureName
from success.sentences import sentence

DEFINITION = "How it is worked out."


@strawberry.type(description="What one measure brings to a score.")
class HealthPart:
    key: str = strawberry.field(description="The measure's name for programs.")
    title: str = strawberry.field(description="The measure's name for people.")
    feature: FeatureName = strawberry.field(description="What it reads.")
    weight: float = strawberry.field(description="How much it counts beside the others.")
    value: float | None = strawberry.field(description="The raw value; null where nothing is known.")
    age_days: int | None = strawberry.field(description="How many days old the raw value is.")
    is_fresh: bool = strawberry.field(description="Whether it is young enough to count.")
    points: Decimal | None = strawberry.field(description="What the raw value is worth, 0-100.")
    part: Decimal | None = strawberry.field(description="What it brings to the computed score.")
    sentence: str = strawberry.field(description="The same in words.")

    @classmethod
    def of(cls, line: explanations.Line) -> "HealthPart":
        """A line, with its sentence."""
        return cls(
            key=line.key,
            title=line.title,
            feature=FeatureName(line.feature),
            weight=line.weight,
            value=line.value,
            age_days=line.age_days,
            is_fresh=line.is_fresh,
            points=line.points,
            part=line.part,
            sentence=sentence(line),
        )


@strawberry.type(
    description="A score with all that it is made of: the parts and the override sum to it exactly."
)
class HealthExplanation:
    worked_out_on: date = strawberry.field(description="The day of the values it is made of.")
    score: Decimal | None = strawberry.field(
        description="The score that is shown; null where nothing is known."
    )
    computed_score: Decimal | None = strawberry.field(description="The score by the scorecard.")
    override_score: Decimal | None = strawberry.field(description="The score set by hand, while it holds.")
    override_part: Decimal | None = strawberry.field(
        description="What the override adds to the computed score."
    )
    coverage: Decimal = strawberry.field(description="Share of the weight that is freshly known, 0-1.")
    band: Band | None = strawberry.field(description="The band of the score.")
    parts: list[HealthPart] = strawberry.field(description="What each measure brings.")
    definition: str = strawberry.field(description=DEFINITION)

    @classmethod
    def of(cls, found: explanations.Explanation) -> "HealthExplanation":
        """An explanation as clients see it."""
        return cls(
            worked_out_on=found.worked_out_on,
            score=found.score,
            computed_score=found.computed_score,
            override_score=found.override_score,
            override_part=found.override_part,
            coverage=found.coverage,
            band=Band(found.band) if found.band else None,
            parts=[HealthPart.of(line) for line in found.lines],
            definition=found.definition,
        )


@strawberry.type(
    description="Why the score of a day differs from an earlier one; the four sum to it exactly."
)
class HealthDifference:
    before: HealthExplanation = strawberry.field(description="The earlier day.")
    after: HealthExplanation = strawberry.field(description="The later day.")
    change: Decimal = strawberry.field(description="By how much the score changed.")
    configuration: Decimal = strawberry.field(description="Because of another scorecard.")
    staleness: Decimal = strawberry.field(description="Because something has grown too old to count.")
    behaviour: Decimal = strawberry.field(description="Because of what customers did or said.")
    override: Decimal = strawberry.field(description="Because of what was set by hand.")
    definition: str = strawberry.field(description=DEFINITION)

    @classmethod
    def of(cls, found: explanations.Difference) -> "HealthDifference":
        """A difference as clients see it."""
        return cls(
            before=HealthExplanation.of(found.before),
            after=HealthExplanation.of(found.after),
            change=found.change,
            configuration=found.configuration,
            staleness=found.staleness,
            behaviour=found.behaviour,
            override=found.override,
            definition=found.definition,
        )


@strawberry.type(description="Recurring revenue per year in one currency.")
class Revenue:
    amount: Money = strawberry.field(description="How much.")
    account_count: int = strawberry.field(description="From how many accounts.")

    @classmethod
    def of(cls, found: metrics.Revenue) -> "Revenue":
        """A sum as clients see it."""
        money = Money(amount=found.amount, currency=found.currency)
        return cls(amount=money, account_count=found.accounts)


@strawberry.type(
    description="Recurring revenue of a day, by currency: sums of different currencies are not mixed."
)
class RevenueOfDay:
    day: date = strawberry.field(description="The day.")
    totals: list[Revenue] = strawberry.field(description="One for each currency; empty where there is none.")
    definition: str = strawberry.field(description=DEFINITION)

    @classmethod
    def of(cls, found: metrics.RecurringRevenue | metrics.RevenueAhead) -> "RevenueOfDay":
        """Sums as clients see them."""
        totals = [Revenue.of(each) for each in found.totals]
        return cls(day=found.day, totals=totals, definition=found.definition)


@strawberry.type(description="How accounts are spread over the bands of health.")
class HealthDistribution:
    day: date = strawberry.field(description="The day.")
    n: int = strawberry.field(description="How many accounts were open.")
    at_risk: int = strawberry.field(description="How many are at risk.")
    watch: int = strawberry.field(description="How many are to be watched.")
    healthy: int = strawberry.field(description="How many are healthy.")
    unknown: int = strawberry.field(description="Of how many nothing fresh is known.")
    definition: str = strawberry.field(description=DEFINITION)
