"""What people answer, given their mood: scores on each scale, and words."""

from dataclasses import dataclass
from random import Random

from config.demo.world import SurveyPlan, Words

SCALES = {  # kind: lowest, highest, answer at mood 0, answer at mood 1, spread
    "nps": (0, 10, 1.0, 10.8, 1.4),
    "csat": (1, 5, 1.0, 5.4, 0.7),
    "ces": (1, 7, 1.0, 7.6, 0.9),
    "rating": (1, 10, 1.5, 10.5, 1.1),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody's mood when asked, and whether a shock is on their mind."""

    mood: float
    is_shocked: bool

    def score(self, kind: str, rng: Random) -> int:
        """A point on the scale of a kind of question."""
        lowest, highest, worst, best, spread = SCALES[kind]
        return min(highest, max(lowest, round(rng.gauss(worst + (best - worst) * self.mood, spread))))

    def words(self, words: Words, rng: Random) -> str:
        """Something to say, or often nothing."""
        if rng.random() < 0.45:
            return ""
        if self.is_shocked and rng.random() < 0.5:
            return rng.choice(words.shocked)
        felt = self.mood + rng.gauss(0, 0.08)
        return rng.choice(words.low if felt < 0.45 else words.middle if felt < 0.7 else words.high)

    def answers(self, plan: SurveyPlan, words: Words, rng: Random) -> tuple[tuple[int, int | None, str], ...]:
        """Answers to the questions of a survey by position; an open question may stay empty."""
        given: list[tuple[int, int | None, str]] = []
        for position, question in enumerate(plan.questions, start=1):
            if question.kind != "text":
                given.append((position, self.score(question.kind, rng), ""))
            elif text := self.words(words, rng):
                given.append((position, None, text))
        return tuple(given)
