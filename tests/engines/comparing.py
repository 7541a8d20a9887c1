"""The comparison: the same question to both engines, and what to say where the answers differ."""

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings

from tests.engines.asking import COMPILING, ORDINARY, Operation, ask, comparable, difference
from tests.engines.chance import BACKEND, SEED, Seeded
from tests.engines.leaks import leaked
from tests.engines.operations import questions
from tests.engines.world import Asker, World

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "150"))
"""How many documents; more by the environment."""

MOST_SHOWN = 2_000


@dataclass(slots=True)
class Comparison:
    """What was compared so far."""

    world: World
    ways: Counter[str] = field(default_factory=Counter)
    """How the answers came about."""
    codes: Counter[str] = field(default_factory=Counter)
    """What errors were in them."""

    def compare(self, asker: Asker, operation: Operation) -> None:
        """Ask both engines; fail unless the answers are the same."""
        compiled, ordinary = ask(COMPILING, asker, operation), ask(ORDINARY, asker, operation)
        self.ways[compiled.way] += 1
        self.codes.update(error["extensions"]["code"] for error in ordinary.body.get("errors", ()))
        one, other = comparable(compiled.text), comparable(ordinary.text)
        found = difference(one, other) or difference(
            (compiled.status, compiled.legacy), (ordinary.status, ordinary.legacy), "status"
        )
        texts = [compiled.text, ordinary.text]
        assert found is None, explained(found, asker, operation, texts)
        theirs = leaked(self.world, asker.tenant, json.loads(compiled.text).get("data"))
        assert not theirs, explained(f"the neighbour's: {theirs}", asker, operation, texts)
        assert "INTERNAL_SERVER_ERROR" not in ordinary.text, explained("", asker, operation, [ordinary.text])


def explained(found: str, asker: Asker, operation: Operation, answers: Sequence[str]) -> str:
    """A difference, for people."""
    texts = [
        f"{name}: {text[:MOST_SHOWN]}" for name, text in zip(("compiled", "ordinary"), answers, strict=False)
    ]
    return "\n".join(
        [
            "",
            f"first difference (compiled and ordinary) {found}",
            operation.document,
            f"variables: {json.dumps(operation.variables, ensure_ascii=False)}",
            f"operation: {operation.name}" if operation.name else "",
            f"asked by: {asker}",
            *texts,
            f"ENGINE_SEED={SEED}",
        ]
    )


def by_our_seed(examples: int) -> settings:
    """How examples are drawn."""
    return settings(
        max_examples=examples,
        backend=BACKEND,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def over_questions(world: World, check: Callable[[Asker, Operation], None], examples: int = EXAMPLES) -> None:
    """Run a check over the questions of so many drawn documents."""
    Seeded.random.seed(SEED)

    @by_our_seed(examples)
    @given(questions(world))
    def run(asked: Sequence[tuple[Asker, Operation]]) -> None:
        for asker, operation in asked:
            check(asker, operation)

    run()
