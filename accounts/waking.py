"""Waking a worker after the commit: once per transaction, and never an error for whoever committed.

The truth is in Postgres and a sweep finds what was not woken, so a queue that cannot be reached is logged,
no more.
"""

from celery import Task
from django.db import connection, transaction


def wake(task: Task, *, schema: str) -> None:
    """Enqueue the tenant's task when the transaction commits, unless that is promised already.

    A promise made inside a savepoint that is undone is undone with it; hence one counts only if every
    savepoint it hangs on is one that we are in as well.
    """
    name = f"wake {task.name} for {schema}"
    here = set(connection.savepoint_ids)
    for savepoints, promised, *_ in connection.run_on_commit:
        if getattr(promised, "__qualname__", "") == name and savepoints <= here:
            return

    def enqueue() -> None:
        task.delay(schema=schema)

    enqueue.__qualname__ = name
    transaction.on_commit(enqueue, robust=True)
