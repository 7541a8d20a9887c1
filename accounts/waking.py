"""Waking a worker after the commit: once per transaction, and not while one that was called has not begun.

The truth is in Postgres and a sweep finds what was not woken, so a queue that cannot be reached is logged,
no more.
"""

import logging

import redis
from celery import Task
from django.db import connection, transaction

from accounts import valkey

logger = logging.getLogger(__name__)

CALLED_SECONDS = 60
"""After so long, a call that nobody has answered is made again."""


def wake(task: Task, *, schema: str) -> None:
    """Enqueue the tenant's task when the transaction commits, unless that is promised already.

    A promise is undone with the savepoint it was made in. One that still stands was made in a savepoint we
    are in as well, or in one that has been released: so it holds for us too.
    """
    name = f"wake {task.name} for {schema}"
    if any(getattr(promised, "__qualname__", "") == name for _, promised, *_ in connection.run_on_commit):
        return

    def enqueue() -> None:
        if _is_first_call(task, schema):
            task.delay(schema=schema)

    enqueue.__qualname__ = name
    transaction.on_commit(enqueue, robust=True)


def begun(task: Task, schema: str) -> None:
    """Note that a task begins, before it reads anything: what is committed later has to call again."""
    try:
        valkey.client().delete(_mark(task, schema))
    except redis.RedisError as problem:
        logger.warning("a call could not be answered", extra={"problem": type(problem).__name__})


def _is_first_call(task: Task, schema: str) -> bool:
    """Whether nobody has called yet; a task that is queued and has not begun will see what we committed."""
    try:
        return bool(valkey.client().set(_mark(task, schema), 1, nx=True, ex=CALLED_SECONDS))
    except redis.RedisError as problem:
        logger.warning("a call could not be noted", extra={"problem": type(problem).__name__})
        return True


def _mark(task: Task, schema: str) -> str:
    return f"{task.app.conf.task_default_queue}:{schema}:called:{task.name}"
