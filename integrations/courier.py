"""Carries messages: many at once, few to each endpoint, on connections that live across batches.

The event loop has a thread of its own, so that answers come in while the caller's thread writes to the
database; the loop's thread never does. Only what has landed passes between the two.
"""

import asyncio
import atexit
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from integrations import schedule
from integrations.egress import Answer, Egress, Policy, policy
from integrations.messages import Message

IN_FLIGHT = 1_000
PER_ENDPOINT = 50


class Outcome(NamedTuple):
    """What an attempt came to."""

    message: Message
    attempted_at: datetime
    answer: Answer


class Flight:
    """The messages of one drain that are under way."""

    def __init__(self, egress: Egress, loop: asyncio.AbstractEventLoop) -> None:
        self._egress = egress
        self._loop = loop
        # the caller's thread
        self._carried: dict[str, str] = {}
        # the loop's thread
        self._queues: dict[str, deque[Message]] = defaultdict(deque)
        self._carriers: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        # both, under the lock
        self._landing = threading.Condition()
        self._outcomes: list[Outcome] = []
        self._dropped: list[str] = []
        self._enough = 1

    @property
    def carried(self) -> list[str]:
        """The deliveries that are waiting, sent, or not reported yet."""
        return list(self._carried)

    @property
    def busy(self) -> set[str]:
        """The endpoints they are for."""
        return set(self._carried.values())

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self._carried)

    def send(self, messages: Sequence[Message]) -> None:
        """Take messages on."""
        self._carried.update((message.delivery_id, message.endpoint_id) for message in messages)
        self._loop.call_soon_threadsafe(self._depart, messages)

    def collect(self, *, enough: int, seconds: float) -> list[Outcome]:
        """Wait until so many have landed, or the time is up; gives what came of them."""
        with self._landing:
            self._enough = enough
            self._landing.wait_for(lambda: len(self._outcomes) + len(self._dropped) >= enough, seconds)
            outcomes, self._outcomes = self._outcomes, []
            dropped, self._dropped = self._dropped, []
        for delivery in [*dropped, *(outcome.message.delivery_id for outcome in outcomes)]:
            del self._carried[delivery]
        return outcomes

    def halt(self, endpoints: Collection[str]) -> None:
        """Send nothing of what still waits for these endpoints."""
        if endpoints:
            self._loop.call_soon_threadsafe(self._drop, list(endpoints))

    def cancel(self) -> None:
        """Drop everything."""
        asyncio.run_coroutine_threadsafe(self._cancel(), self._loop).result()

    # in the loop's thread
    def _depart(self, messages: Sequence[Message]) -> None:
        """Give each endpoint as many carriers as it may have."""
        for message in messages:
            endpoint = message.endpoint_id
            self._queues[endpoint].append(message)
            if self._carriers[endpoint] < PER_ENDPOINT:
                self._carriers[endpoint] += 1
                task = self._loop.create_task(self._carry(endpoint))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _carry(self, endpoint: str) -> None:
        """Carry one message after another, until nothing waits for the endpoint."""
        queue = self._queues[endpoint]
        try:
            while queue:
                message, moment = queue.popleft(), timezone.now()
                answer = await self._egress.post(message.url, message.body, message.headers_at(moment))
                self._land(Outcome(message, moment, answer))
                if _asks_for_quiet(answer):
                    self._drop([endpoint])
        finally:
            self._carriers[endpoint] -= 1

    def _land(self, outcome: Outcome) -> None:
        with self._landing:
            self._outcomes.append(outcome)
            self._notify()

    def _drop(self, endpoints: Iterable[str]) -> None:
        with self._landing:
            for endpoint in endpoints:
                queue = self._queues[endpoint]
                self._dropped += [message.delivery_id for message in queue]
                queue.clear()
            self._notify()

    def _notify(self) -> None:
        if len(self._outcomes) + len(self._dropped) >= self._enough:
            self._landing.notify()

    async def _cancel(self) -> None:
        under_way = set(self._tasks)
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way)


def _asks_for_quiet(answer: Answer) -> bool:
    """Whether a receiver wants nothing more, for now or at all."""
    return answer.status == schedule.GONE or (
        answer.status in schedule.ASK_TO_WAIT and bool(answer.retry_after)
    )


class Courier:
    """The process's event loop for the way out, and its client."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="courier", daemon=True)
        self._thread.start()
        self._egress = Egress(policy)

    @contextmanager
    def flight(self) -> Iterator[Flight]:
        """Carry messages for the length of a block; what is still under way at its end is dropped."""
        flight = Flight(self._egress, self._loop)
        try:
            yield flight
        finally:
            flight.cancel()

    def close(self) -> None:
        """Close the connections and the loop."""
        asyncio.run_coroutine_threadsafe(self._egress.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _Office:
    """Keeps the one courier that a process has."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._courier: Courier | None = None

    def courier(self) -> Courier:
        """The process's courier, under the policy as it is now."""
        with self._lock:
            if self._courier is None or self._courier.policy != policy():
                self._close()
                self._courier = Courier(policy())
            return self._courier

    def dismiss(self) -> None:
        """Close the process's courier."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._courier:
            self._courier.close()
            self._courier = None


_office = _Office()
courier, dismiss = _office.courier, _office.dismiss
atexit.register(dismiss)
