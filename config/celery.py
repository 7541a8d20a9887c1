"""The worker's application: one queue of work, each piece of it for one tenant."""

import logging
import os
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from celery.signals import task_postrun
from django.db import connection
from kombu.exceptions import OperationalError

from accounts.waking import begun

logger = logging.getLogger(__name__)


class TenantTask(DjangoTask):
    """A task that cannot be sent without naming its tenant, unless it fans out to all of them.

    A task only wakes a worker: what there is to do stands in Postgres, and a sweep finds it. So a queue that
    is away loses nothing, and must not fail the request whose change is already committed.
    """

    abstract = True

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        """Answer the call: what is committed from now on has to wake us again."""
        if schema := kwargs.get("schema"):
            begun(self, schema)

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Send the task; refused where no schema is named, left to the sweep where the queue is away."""
        if not self.name.endswith("_everywhere") and "schema" not in (kwargs or {}):
            raise TypeError(f"{self.name} was sent without schema=…")
        try:
            return super().apply_async(args, kwargs, **options)
        except OperationalError:
            logger.warning("the queue is away; the sweep will find the work", extra={"task": self.name})
            return None


@task_postrun.connect
def give_back(**_: object) -> None:
    """Give the connection back to the pool, which Celery would close: the next task would connect anew."""
    connection.close()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("unison", task_cls=TenantTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
