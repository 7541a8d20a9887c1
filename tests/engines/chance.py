"""Where the examples come from: drawn anew each time, by a seed.

Hypothesis by itself spends half of its examples on variations of those it had. A document is large, and a
variation of it asks little that is new; so the examples are drawn independently, and shrunk as ever.
"""

import os
import secrets
from random import Random
from typing import Any

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

SEED = int(os.environ.get("ENGINE_SEED", secrets.randbelow(2**32)))
"""What the examples are drawn by; printed on failure, and given by the environment to see it again."""

BACKEND = "seeded"


class Seeded(HypothesisProvider):
    """Draws every example by our own seed."""

    random = Random(SEED)  # noqa: S311  # no secret is drawn

    def __init__(self, data: Any, /) -> None:
        super().__init__(data)
        self._random = self.random


AVAILABLE_PROVIDERS[BACKEND] = f"{__name__}.{Seeded.__name__}"
