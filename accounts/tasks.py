"""Doors for workers: what is kept for all tenants is kept tidy."""

from celery import shared_task

from accounts.sessions import SessionStore


@shared_task
def clear_sessions_everywhere() -> None:
    """Forget the sessions that have run out, of all tenants: they are rows of one table."""
    SessionStore.clear_expired()
