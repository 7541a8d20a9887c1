"""Carries messages: many at once, few to each endpoint, on connections that live across batches.

The event loop belongs to the worker's thread and runs only while somebody waits for answers; the database is
never asked from inside it.
"""

import asyncio
import atexit
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from integrations import schedule
from integrations.egress import Answer, Egress, Policy, policy
from integrations.messages import Message

IN_FLIGHT = 500
PER_ENDPOINT = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to."""

    message: Message
    attempted_at: datetime
    answer: Answer


class Flight:
    """The messages of one drain that are under way."""

    def __init__(self, egress: Egress, loop: asyncio.AbstractEventLoop) -> None:
        self._egress = egress
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()
        self._places: dict[UUID, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PER_ENDPOINT))
        self._halted: set[UUID] = set()
        self._outcomes: list[Outcome] = []
        self._bell = asyncio.Event()
        self._enough = 1
        self._carried: dict[UUID, UUID] = {}

    @property
    def carried(self) -> list[UUID]:
        """The deliveries that are waiting, sent, or not reported yet."""
        return list(self._carried)

    @property
    def busy(self) -> set[UUID]:
        """The endpoints they are for."""
        return set(self._carried.values())

    @property
    def size(self) -> int:
        """How many messages are not reported yet."""
        return len(self._tasks) + len(self._outcomes)

    def send(self, messages: Iterable[Message]) -> None:
        """Take messages on."""
        for message in messages:
            self._halted.discard(message.endpoint_id)
            self._carried[message.delivery_id] = message.endpoint_id
            task = self._loop.create_task(self._carry(message))
            self._tasks.add(task)
            task.add_done_callback(self._land)

    def collect(self, *, enough: int, seconds: float) -> list[Outcome]:
        """Let things happen until there are enough outcomes, nothing is under way, or the time is up."""
        self._enough = enough
        if self._tasks and len(self._outcomes) < enough:
            self._loop.run_until_complete(self._listen(seconds))
        outcomes, self._outcomes = self._outcomes, []
        for outcome in outcomes:
            self._carried.pop(outcome.message.delivery_id, None)
        return outcomes

    def halt(self, endpoints: Iterable[UUID]) -> None:
        """Send nothing more of what still waits for these endpoints."""
        self._halted.update(endpoints)

    def cancel(self) -> None:
        """Drop everything."""
        under_way = set(self._tasks)
        for task in under_way:
            task.cancel()
        if under_way:
            self._loop.run_until_complete(asyncio.wait(under_way))

    async def _listen(self, seconds: float) -> None:
        self._bell.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return

    async def _carry(self, message: Message) -> None:
        async with self._places[message.endpoint_id]:
            if message.endpoint_id in self._halted:
                self._carried.pop(message.delivery_id, None)
                return
            moment = timezone.now()
            answer = await self._egress.post(message.url, message.body, message.headers_at(moment))
        if answer.status == schedule.GONE or (answer.status in schedule.ASK_TO_WAIT and answer.retry_after):
            self._halted.add(message.endpoint_id)
        self._outcomes.append(Outcome(message, moment, answer))

    def _land(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._tasks or len(self._outcomes) >= self._enough:
            self._bell.set()


class Courier:
    """One thread's event loop and its client."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._runner = asyncio.Runner()
        self._egress = self._runner.run(self._depart())

    async def _depart(self) -> Egress:
        return Egress(self.policy, connections=IN_FLIGHT)

    @contextmanager
    def flight(self) -> Iterator[Flight]:
        """Carry messages for the length of a block; what is still under way at its end is dropped."""
        loop = self._runner.get_loop()
        loop.run_until_complete(asyncio.sleep(0))  # notices which idle connections were closed meanwhile
        flight = Flight(self._egress, loop)
        try:
            yield flight
        finally:
            flight.cancel()

    def close(self) -> None:
        """Close the connections and the loop."""
        self._runner.run(self._egress.close())
        self._runner.close()


_here = threading.local()


def courier() -> Courier:
    """The courier of the running thread, under the policy as it is now."""
    known: Courier | None = getattr(_here, "courier", None)
    if known is None or known.policy != policy():
        dismiss()
        known = _here.courier = Courier(policy())
    return known


def dismiss() -> None:
    """Close the courier of the running thread."""
    if known := getattr(_here, "courier", None):
        known.close()
        del _here.courier


atexit.register(dismiss)
