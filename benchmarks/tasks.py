"""What deliveries are measured against: a task that does nothing."""

from celery import shared_task


@shared_task
def nothing(schema: str) -> None:
    """Do nothing, for a tenant."""
