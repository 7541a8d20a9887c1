"""The roof, installed for its management commands."""

from django.apps import AppConfig

from accounts.events import offers


class ConfigConfig(AppConfig):
    """Settings, addresses, schema and queue."""

    name = "config"

    def ready(self) -> None:
        """Load the queue's application, so that `shared_task` binds to it in every process."""
        import config.celery  # noqa: F401  # needs settings, which need this module


@offers("graphql.operations_of")
def operations_of(*, source: str) -> list[str]:
    """The names of the operations of a document that fits the schema."""
    from accounts.graphql.documents import operations_of as read
    from config.schema import engine  # the schema takes a while, and few commands need it

    return read(engine.library, source)
