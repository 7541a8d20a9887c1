"""Private guests: people without a company, who come when the season calls, and answer for themselves."""

from datetime import timedelta
from decimal import Decimal
from functools import cache
from itertools import accumulate
from random import Random

from config.demo.arcs import Arc, Season, level
from config.demo.cast import Happening, Reply, Someone, Story
from config.demo.clock import Clock, soon_after
from config.demo.voices import Voice
from config.demo.world import HISTORY, World

ARRIVALS = range(-HISTORY + 30, -4)
MOOD = Arc(((-HISTORY, 0.76), (-1, 0.80)))


def guest(world: World, number: int, draw: tuple[Random, Clock]) -> Story:
    """One guest with all their stays."""
    rng, clock = draw
    key = f"{world.schema}-g{number + 1}"
    first, last = rng.choice(world.words.first_names), rng.choice(world.words.last_names)
    stays = sorted(_stays(world, 1 + int(rng.expovariate(0.8)), draw))
    story, temper = Story(), rng.gauss(0, 0.1)
    story.people.append(
        Someone(
            key=key,
            name=f"{first} {last}",
            email=f"guest{number + 1}@mail.example",
            firm=None,
            role="",
            since=clock.date(stays[0]),
            until=None,
        )
    )
    for visit, day in enumerate(stays):
        story.happenings += _stay(f"{key}-{visit}", key, day, draw)
        mood = level(MOOD, world.shocks, day, offset=temper)
        story.replies += _replies(world, (f"{key}-{visit}", key), day, mood, draw)
    return story


def _stays(world: World, count: int, draw: tuple[Random, Clock]) -> set[int]:
    """Arrival days, more of them in season, each stay long over today."""
    rng, clock = draw
    return set(rng.choices(ARRIVALS, cum_weights=_crowds(world.season, clock), k=count))


@cache
def _crowds(season: Season, clock: Clock) -> list[float]:
    """How many arrive up to each day, season by season."""
    return list(accumulate(season.at(clock.date(day)) for day in ARRIVALS))


def _stay(key: str, who: str, day: int, draw: tuple[Random, Clock]) -> list[Happening]:
    rng, clock = draw
    nights = rng.randint(1, 3)
    lines: list[tuple[str, int, str, Decimal | None]] = [
        ("room.booked", day - rng.randint(3, 25), "web", None),
        ("guest.checked_in", day, "desk", None),
        ("stay.paid", day + nights, "desk", Decimal(nights * rng.randint(95, 240))),
    ]
    if rng.random() < 0.4:
        lines.append(
            ("shop.purchased", day + rng.randint(0, nights), "shop", Decimal(rng.randint(500, 9_000)) / 100)
        )
    found = []
    for number, (name, when, channel, value) in enumerate(lines):
        at = clock.moment(when, rng)
        found.append(
            Happening(
                name=name,
                at=at,
                known_at=soon_after(at, rng),
                key=f"{key}-{number}",
                who=who,
                firm=None,
                channel=channel,
                value=value,
            )
        )
    return found


def _replies(
    world: World, keys: tuple[str, str], day: int, mood: float, draw: tuple[Random, Clock]
) -> list[Reply]:
    rng, clock = draw
    key, who = keys
    is_shocked = any(shock.at(day) > shock.depth / 2 for shock in world.shocks)
    found = []
    for plan in (plan for plan in world.surveys if plan.after == "stay"):
        at = clock.moment(day, rng) + timedelta(days=4)
        if rng.random() < plan.rate and clock.has_passed(at):
            answers = Voice(mood, is_shocked).answers(plan, world.words, rng)
            found.append(
                Reply(
                    survey=plan.key,
                    at=at,
                    key=f"{key}-{plan.key}",
                    who=who,
                    channel=plan.channel,
                    answers=answers,
                )
            )
    return found
