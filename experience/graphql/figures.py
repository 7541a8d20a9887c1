"""Figures over answers in the graph; each says how it is defined, of how many answers, and how sure."""

from datetime import date

import strawberry

DEFINITION = "How it is worked out."
N = "How many answers it is of."
MARGIN = "Half the width of the 95 % interval."


@strawberry.type(description="Net Promoter Score of answers on 0-10.")
class Nps:
    score: float = strawberry.field(description="100 x (promoters - detractors) / n: -100 to 100.")
    n: int = strawberry.field(description=N)
    promoters: int = strawberry.field(description="Answers of 9 and 10.")
    passives: int = strawberry.field(description="Answers of 7 and 8.")
    detractors: int = strawberry.field(description="Answers of 0 to 6.")
    centre: float = strawberry.field(description="The middle of the 95 % interval.")
    margin: float = strawberry.field(description=MARGIN)
    low: float = strawberry.field(description="The lower end of the 95 % interval.")
    high: float = strawberry.field(description="The upper end of the 95 % interval.")
    definition: str = strawberry.field(description=DEFINITION)


@strawberry.type(description="A share of answers.")
class Share:
    score: float = strawberry.field(description="The share, in per cent.")
    n: int = strawberry.field(description=N)
    positive: int = strawberry.field(description="How many of them count.")
    margin: float = strawberry.field(description=MARGIN)
    low: float = strawberry.field(description="The lower end of the 95 % interval.")
    high: float = strawberry.field(description="The upper end of the 95 % interval.")


@strawberry.type(description="Customer satisfaction: the share of answers on 1-5 that are 4 or 5.")
class Csat(Share):
    definition: str = strawberry.field(description=DEFINITION)


@strawberry.type(description="Customer effort on 1-7, 7 = easy.")
class Ces:
    score: float = strawberry.field(description="The mean.")
    n: int = strawberry.field(description=N)
    margin: float | None = strawberry.field(description=f"{MARGIN} Null for a single answer.")
    index: float = strawberry.field(description="% of 6 and 7, minus % of 1 to 3.")
    index_margin: float = strawberry.field(description="Half the width of the index's 95 % interval.")
    agreeing: Share = strawberry.field(description="The share of 5 to 7.")
    definition: str = strawberry.field(description=DEFINITION)


@strawberry.type(description="The mean of ratings on 1-10.")
class Rating:
    score: float = strawberry.field(description="The mean.")
    n: int = strawberry.field(description=N)
    margin: float | None = strawberry.field(description=f"{MARGIN} Null for a single answer.")
    definition: str = strawberry.field(description=DEFINITION)


@strawberry.type(description="The Net Promoter Score of one month.")
class NpsOfMonth:
    month: date = strawberry.field(description="Its first day, where the tenant is.")
    nps: Nps = strawberry.field(description="The score of its answers.")
