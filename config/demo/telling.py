"""Tell a tenant's story: the same day and seed give the same story, and fewer accounts give its beginning."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from random import Random
from zoneinfo import ZoneInfo

from config.demo import firms
from config.demo.cast import Story
from config.demo.clock import Clock
from config.demo.firms import Fate
from config.demo.guests import guest
from config.demo.life import Life
from config.demo.world import Plot, World

SEED = "unison"


def tell(world: World, *, today: date, accounts: int = 200, seed: str = SEED) -> Story:
    """The story of so many accounts, and of their share of the guests, up to the day before `today`."""
    clock, story = Clock(today, ZoneInfo(world.zone)), Story()
    for number, plot in zip(range(accounts), _plots(world), strict=False):
        story.add(_account(world, plot, number, (_rng(seed, world.schema, number), clock)))
    for number in range(world.guests * accounts // 200):
        story.add(guest(world, number, (_rng(seed, world.schema, "guest", number), clock)))
    return story


def _rng(*parts: str | int) -> Random:
    return Random(":".join(map(str, parts)))  # noqa: S311 - a story is to be repeatable


def _account(world: World, plot: Plot, number: int, draw: tuple[Random, Clock]) -> Story:
    rng, _ = draw
    fate = Fate.drawn(plot, rng)
    firm, tier = firms.firm(world, fate, number, draw)
    if plot.hero:
        firm = replace(firm, name=plot.hero)
    people = firms.people(world, firm, rng.randint(*tier.people), fate, draw)
    return Life(world, fate, firm, people, draw).told()


def _plots(world: World) -> Iterator[Plot]:
    """The plots in an order that gives each its share early on; a plot's hero is its first account only."""
    told = dict.fromkeys((plot.key for plot in world.plots), 0)
    while True:
        behind = max(world.plots, key=lambda plot: plot.share * (sum(told.values()) + 1) - told[plot.key])
        yield behind if told[behind.key] == 0 else replace(behind, hero="")
        told[behind.key] += 1
