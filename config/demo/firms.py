"""Who a firm of the story is: its name, people, agreements and fate, drawn from a plot."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import prod
from random import Random

from config.demo.arcs import Arc, level
from config.demo.cast import Agreement, Firm, Someone
from config.demo.clock import Clock
from config.demo.world import HISTORY, Plot, Tier, World

INDUSTRIES = (
    "health",
    "logistics",
    "manufacturing",
    "media",
    "public sector",
    "retail",
    "services",
    "software",
)
NOTICE = 40
"""In the last days of a term growth waits for the renewal."""
REGIONS = ("north", "south", "east", "west")


@dataclass(frozen=True, slots=True)
class Fate:
    """A firm's place in the story: what befalls it, from which day to which, and how it feels meanwhile."""

    plot: Plot
    opened: int
    closed: int | None
    arc: Arc
    offset: float

    @classmethod
    def drawn(cls, plot: Plot, rng: Random) -> "Fate":
        """Draw the days and the temper of one firm."""
        opened, closed, arc = rng.randint(*plot.opened), None, plot.arc
        if plot.closed:
            closed = rng.randint(*plot.closed)
            opened = min(opened, closed - 240)
            arc = arc.moved(closed)
        elif plot.from_opening:
            arc = arc.moved(opened)
        return cls(plot, opened, closed, arc, 0.0 if plot.hero else rng.gauss(0, 0.05))

    @property
    def days(self) -> range:
        """The days of history on which the account was open."""
        return range(max(-HISTORY, self.opened), 0 if self.closed is None else self.closed)

    def mood(self, world: World, day: int) -> float:
        """How the firm feels on a day."""
        return level(self.arc, world.shocks, day, offset=self.offset)


def firm(world: World, fate: Fate, number: int, draw: tuple[Random, Clock]) -> tuple[Firm, Tier]:
    """One firm, and the size it has."""
    rng, clock = draw
    tier = rng.choices(world.tiers, weights=[tier.share for tier in world.tiers])[0]
    heads, tails = world.words.firm_heads, world.words.firm_tails
    name = f"{heads[number % len(heads)]} {tails[(number * 7 + number // len(heads)) % len(tails)]}"
    key = f"{world.schema}-{number + 1:04d}"
    return Firm(
        key=key,
        name=name,
        domain=f"{_slug(name)}.example",
        tier=tier.key,
        plot=fate.plot.key,
        traits={"industry": rng.choice(INDUSTRIES), "region": rng.choice(REGIONS)},
        opened_on=clock.date(fate.opened),
        closed_on=None if fate.closed is None else clock.date(fate.closed),
        close_reason=fate.plot.close_reason if fate.closed is not None else "",
        agreements=_agreements(fate, rng.randrange(*tier.revenue, 100), (rng, clock)),
    ), tier


def people(world: World, a_firm: Firm, size: int, fate: Fate, draw: tuple[Random, Clock]) -> list[Someone]:
    """The people of a firm: the champion first, then whoever decides, then those who use and pay."""
    rng, clock = draw
    found: list[Someone] = []
    for number in range(size):
        name = f"{rng.choice(world.words.first_names)} {rng.choice(world.words.last_names)}"
        role = ("champion", "decision_maker")[number] if number < 2 else "billing" if number == 5 else "user"
        joined = (
            fate.opened
            if rng.random() < 0.7
            else rng.randint(fate.opened, max(fate.opened, fate.days.stop - 30))
        )
        left = _leaves(fate, role, joined, rng)
        found.append(
            Someone(
                key=f"{a_firm.key}-p{number + 1}",
                name=name,
                email=f"{_slug(name.split()[0])}.{_slug(name.split()[1])}{number + 1}@{a_firm.domain}",
                firm=a_firm.key,
                role=role,
                since=clock.date(joined if number > 1 else fate.opened),
                until=None if left is None else clock.date(left),
            )
        )
    return found


def _leaves(fate: Fate, role: str, joined: int, rng: Random) -> int | None:
    if role == "champion":
        return fate.plot.champion_leaves
    if rng.random() < 0.08 and joined < fate.days.stop - 120:
        return rng.randint(joined + 60, fate.days.stop - 30)
    return None


def _agreements(fate: Fate, revenue: int, draw: tuple[Random, Clock]) -> tuple[Agreement, ...]:
    """A contract a year from the opening on, renewed each year, and changed where the plot lets it grow."""
    rng, clock = draw
    until = 0 if fate.closed is None else fate.closed
    start, amount = fate.opened, float(revenue)
    terms: list[tuple[int, date, date, float]] = []
    while start < until:
        begins, ends = clock.date(start), _a_year_after(clock.date(start))
        length = (ends - begins).days
        amount *= prod(factor for day, factor in fate.plot.grows if start - NOTICE <= day < start and terms)
        terms.append((start - 20 if terms else start, begins, ends, amount))
        for day, factor in fate.plot.grows:
            if start < day < start + length - NOTICE:
                amount *= factor
                terms.append((day, clock.date(day), ends, amount))
        start += length
    return tuple(
        Agreement(
            agreed_at=clock.moment(min(day, -1), rng),
            starts_on=begins,
            ends_on=ends,
            recurring_revenue=Decimal(round(amount, -2)).quantize(Decimal("0.01")),
        )
        for day, begins, ends, amount in sorted(terms)
    )


def _a_year_after(day: date) -> date:
    if (day.month, day.day) == (2, 29) and not isleap(day.year + 1):
        return day.replace(year=day.year + 1, day=28)
    return day.replace(year=day.year + 1)


def _slug(name: str) -> str:
    plain = name.lower().replace("ü", "ue").replace("ö", "oe").replace("ä", "ae").replace("ß", "ss")
    return "".join(letter for letter in plain if letter.isalnum())
