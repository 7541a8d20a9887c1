"""The life of one account, day by day: use, cases, answers, touches and stages, all from its mood."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from config.demo.cast import Firm, Happening, Move, Reply, Someone, Story
from config.demo.clock import Clock, soon_after
from config.demo.firms import Fate
from config.demo.voices import Voice
from config.demo.world import HISTORY, SurveyPlan, Use, World

HABITS = {"champion": 1.5, "user": 1.0, "decision_maker": 0.4, "billing": 0.25}


@dataclass(slots=True)
class Life:
    """One account on its way through the days of the story."""

    world: World
    fate: Fate
    firm: Firm
    people: list[Someone]
    draw: tuple[Random, Clock]
    story: Story = field(default_factory=Story)
    lines: int = 0
    turns: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.turns = {someone.key: self.rng.randrange(HISTORY) for someone in self.people}

    def told(self) -> Story:
        """Everything that happened to the account."""
        self.story.firms.append(self.firm)
        self.story.people += self.people
        for day in self.fate.days:
            self._day(day)
        self._touches()
        self._stages()
        return self.story

    @property
    def rng(self) -> Random:
        return self.draw[0]

    @property
    def clock(self) -> Clock:
        return self.draw[1]

    def _day(self, day: int) -> None:
        when = self.clock.date(day)
        mood = self.fate.mood(self.world, day)
        is_hit = any(shock.is_on(day) for shock in self.world.shocks)
        season = self.world.season.at(when)
        pace = (
            self.world.visits_per_day * self.world.week[when.weekday()] * season * (0.35 if is_hit else 1.0)
        )
        present = [someone for someone in self.people if _is_here(someone, when)]
        for someone in present:
            if self.rng.random() < pace * HABITS[someone.role] * 1.3 * mood**1.6:
                self._use(day, someone)
        if present:
            self._perhaps_a_case(day, mood, present)
            self._surveys_of(day, present)

    def _use(self, day: int, someone: Someone) -> None:
        uses = self.world.uses
        for use in self.rng.choices(
            uses, weights=[use.weight for use in uses], k=1 + (self.rng.random() < 0.35)
        ):
            at = self.clock.moment(day, self.rng)
            self._happen(use.name, at, someone, channel=use.channel, value=amount(use, self.rng))
            if use.value and use.channel == "desk":
                for plan in self._plans("stay"):
                    self._perhaps_reply(plan, at + timedelta(hours=20), someone, rate=plan.rate / 2)

    def _perhaps_a_case(self, day: int, mood: float, present: list[Someone]) -> None:
        is_hit = any(shock.is_on(day) for shock in self.world.shocks)
        trouble = (1.6 - 1.4 * mood) * (4.0 if is_hit else 1.0) * (0.5 + len(present) / 8)
        if self.rng.random() >= self.world.cases_per_day * trouble:
            return
        someone, at = self.rng.choice(present), self.clock.moment(day, self.rng)
        minutes = int(10 + (1.2 - mood) * self.rng.uniform(20, 200))
        solved = at + timedelta(minutes=minutes, hours=self.rng.randint(0, int(4 + 60 * (1 - mood))))
        self._happen(self.world.case_opened, at, someone, channel="support")
        self._happen(self.world.case_solved, solved, someone, channel="support", value=Decimal(minutes))
        for plan in self._plans("support"):
            self._perhaps_reply(
                plan, solved + timedelta(hours=self.rng.randint(1, 30)), someone, rate=plan.rate
            )

    def _surveys_of(self, day: int, present: list[Someone]) -> None:
        for plan in self._plans("time"):
            for someone in present:
                if (day - self.turns[someone.key]) % plan.every == 0:
                    self._perhaps_reply(plan, self.clock.moment(day, self.rng), someone, rate=plan.rate)
        if day == self.fate.opened + 30:
            for plan in self._plans("opening"):
                for someone in present:
                    self._perhaps_reply(plan, self.clock.moment(day, self.rng), someone, rate=plan.rate)

    def _perhaps_reply(self, plan: SurveyPlan, at: datetime, someone: Someone, *, rate: float) -> None:
        if self.rng.random() >= rate or not self.clock.has_passed(at):
            return
        day = (at.astimezone(self.clock.zone).date() - self.clock.today).days
        voice = Voice(
            min(0.98, max(0.02, self.fate.mood(self.world, day) + self.rng.gauss(0, 0.06))),
            any(shock.at(day) > shock.depth / 2 for shock in self.world.shocks),
        )
        self.lines += 1
        self.story.replies.append(
            Reply(
                survey=plan.key,
                at=at,
                key=f"{self.firm.key}-r{self.lines}",
                who=someone.key,
                channel=plan.channel,
                answers=voice.answers(plan, self.world.words, self.rng),
            )
        )

    def _touches(self) -> None:
        since = self.fate.opened if self.fate.plot.from_opening else 0
        for day, name in self.fate.plot.touches:
            when = since + day
            here = [someone for someone in self.people if _is_here(someone, self.clock.date(when))]
            if when in self.fate.days and here:
                self._happen(name, self.clock.moment(when, self.rng), here[0], channel="call")

    def _stages(self) -> None:
        end = 0 if self.fate.closed is None else self.fate.closed
        for plan in self.world.stages:
            day = self.fate.closed if plan.day is None else self.fate.opened + plan.day
            if day is not None and day < 0 and (day < end or plan.day is None):
                self.story.moves.append(
                    Move(firm=self.firm.key, stage=plan.key, at=self.clock.moment(day, self.rng))
                )

    def _plans(self, after: str) -> Iterator[SurveyPlan]:
        return (plan for plan in self.world.surveys if plan.after == after)

    def _happen(
        self, name: str, at: datetime, someone: Someone, *, channel: str, value: Decimal | None = None
    ) -> None:
        if not self.clock.has_passed(at):
            return
        self.lines += 1
        self.story.happenings.append(
            Happening(
                name=name,
                at=at,
                known_at=soon_after(at, self.rng),
                key=f"{self.firm.key}-e{self.lines}",
                who=someone.key,
                firm=self.firm.key,
                channel=channel,
                value=value,
            )
        )


def amount(use: Use, rng: Random) -> Decimal | None:
    """What a use is worth, where it is worth something."""
    return None if use.value is None else Decimal(rng.randrange(use.value[0] * 100, use.value[1] * 100)) / 100


def _is_here(someone: Someone, when: date) -> bool:
    return someone.since <= when and (someone.until is None or when < someone.until)
