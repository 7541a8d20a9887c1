"""What the generator makes: valid documents, nearly all of them, that ask for everything there is."""

from collections import Counter

from graphql import parse, specified_rules, validate

from accounts.graphql import guard
from tests.engines.asking import Operation
from tests.engines.comparing import over_questions
from tests.engines.world import SCHEMA, Asker


def test_nearly_all_documents_are_valid(world):
    found: Counter[bool] = Counter()

    def judge(asker: Asker, operation: Operation) -> None:
        tree = parse(operation.document)
        refused = [*guard.check(tree), *validate(SCHEMA, tree, specified_rules)]
        found[not refused] += 1

    over_questions(world, judge, 200)
    assert found[True] >= 0.95 * found.total()
