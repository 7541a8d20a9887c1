"""Waking a worker after the commit: once per transaction, and never an error for whoever committed.

The truth is in Postgres and a sweep finds what was not woken, so a queue that cannot be reached is logged,
no more.
"""

from celery import Task
from django.db import connection, transaction


def wake(task: Task, *, schema: str) -> None:
    """Enqueue the tenant's task when the transaction commits, unless that is promised already.

    A promise is undone with the savepoint it was made in. One that still stands was made in a savepoint we
    are in as well, or in one that has been released: so it holds for us too.
    """
    name = f"wake {task.name} for {schema}"
    if any(getattr(promised, "__qualname__", "") == name for _, promised, *_ in connection.run_on_commit):
        return

    def enqueue() -> None:
        task.delay(schema=schema)

    enqueue.__qualname__ = name
    transaction.on_commit(enqueue, robust=True)
