"""What a mutation answers is the same by both engines, but for what is new: keys, moments, secrets."""

import json
import re
from base64 import b64decode
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given

from tests.engines.asking import COMPILING, ORDINARY, Operation, ask, comparable, difference
from tests.engines.chance import SEED, Seeded
from tests.engines.comparing import EXAMPLES, by_our_seed, explained
from tests.engines.leaks import KEY
from tests.engines.operations import mutations
from tests.engines.world import Asker, Place

MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(?:Z|\+00:00)")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SECRET = re.compile(r"\b(uk|uw|whsec)_[0-9A-Za-z_+/=-]+")


def settled(found: Any, place: Place) -> Any:
    """An answer without what is new."""
    if isinstance(found, tuple):
        return tuple((key, settled(value, place)) for key, value in found)
    if isinstance(found, list):
        return [settled(each, place) for each in found]
    if not isinstance(found, str):
        return found
    try:
        inside = b64decode(found, altchars=b"-_", validate=True).decode()
    except ValueError:
        inside = found
    text = KEY.sub(lambda key: key[0] if key[0] in place.keys else "a new key", inside)
    return SECRET.sub("a secret", MOMENT.sub(_settled_moment, text))


def _settled_moment(found: re.Match[str]) -> str:
    """A moment; one that is now, or so many hours from now, by that."""
    apart = datetime.fromisoformat(found[0]) - datetime.now(UTC)
    hours = round(apart / HOUR)
    if abs(apart) < HOUR:
        return "now"
    return f"in {hours} hours" if abs(apart - hours * HOUR) < MINUTE else found[0]


def _became(text: str) -> str:
    """What became of mutations: nobody carried them out, they were refused, or one changed something."""
    payloads = [each for each in (json.loads(text).get("data") or {}).values() if each is not None]
    if not payloads:
        return "not carried out"
    changed = [each for each in payloads if any(each.values()) and not each["refusals"]]
    return "changed" if changed else "refused"


def test_mutations_answer_alike(world):
    done: Counter[str] = Counter()
    Seeded.random.seed(SEED)

    @by_our_seed(EXAMPLES // 4)
    @given(mutations(world))
    def run(asked: tuple[Asker, Operation]) -> None:
        asker, operation = asked
        answers = [ask(engine, asker, operation) for engine in (COMPILING, ORDINARY)]
        one, other = (settled(comparable(each.text), world.place(asker.tenant)) for each in answers)
        found = difference(one, other)
        assert found is None, explained(found, asker, operation, [each.text for each in answers])
        done[_became(answers[1].text)] += 1

    run()
    assert done["changed"] > done.total() / 20, done  # a quarter or so are
    assert done["refused"] > 0
