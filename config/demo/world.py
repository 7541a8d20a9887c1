"""The setting of a story: what a tenant sells, to whom, and what may befall its accounts. Shapes only."""

from dataclasses import dataclass

from config.demo.arcs import Arc, Season, Shock

HISTORY = 548
"""Days of history that are told: about 18 months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What befalls some of the accounts.

    `opened` and `closed` are ranges of days (0 is today) to draw from. Where `from_opening` is set, the
    arc's days and the touches' count from the account's opening, else from today; an arc of a closing
    account counts from its close. `grows` are changes of revenue: (day, factor).
    """

    key: str
    share: float
    arc: Arc
    opened: tuple[int, int] = (-900, -420)
    closed: tuple[int, int] | None = None
    close_reason: str = ""
    from_opening: bool = False
    grows: tuple[tuple[int, float], ...] = ()
    touches: tuple[tuple[int, str], ...] = ()
    champion_leaves: int | None = None
    hero: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A size of account: its share, yearly revenue and number of people."""

    key: str
    share: float
    revenue: tuple[int, int]
    people: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One thing people do with the product; `value` is a range of amounts, where it has one."""

    name: str
    weight: float
    channel: str
    value: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question: its kind and its words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPlan:
    """A survey, when it is sent, and how many answer it.

    `after` says what it follows: `time` (each person every `every` days), `support` (a solved case),
    `opening` (30 days after the account opened) or `stay` (a stay of a guest).
    """

    key: str
    title: str
    questions: tuple[Asked, ...]
    after: str
    rate: float
    every: int = 0
    channel: str = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """A stage, and how many days after the account's opening it is entered (None: at its close)."""

    key: str
    title: str
    kind: str
    day: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What people are called and what they write: by mood (low, middle, high), and while a shock lasts."""

    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    firm_heads: tuple[str, ...]
    firm_tails: tuple[str, ...]
    low: tuple[str, ...]
    middle: tuple[str, ...]
    high: tuple[str, ...]
    shocked: tuple[str, ...]


def listed(words: str) -> tuple[str, ...]:
    """The words of a text, one by one."""
    return tuple(words.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One tenant of the demo."""

    schema: str
    name: str
    zone: str
    currency: str
    plots: tuple[Plot, ...]
    shocks: tuple[Shock, ...]
    season: Season
    week: tuple[float, ...]
    tiers: tuple[Tier, ...]
    uses: tuple[Use, ...]
    case_opened: str
    case_solved: str
    cases_per_day: float
    visits_per_day: float
    surveys: tuple[SurveyPlan, ...]
    stages: tuple[StagePlan, ...]
    words: Words
    guests: int = 0
