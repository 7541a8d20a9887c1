"""The column of traits: whatever else a tenant tells about somebody or something, by name."""

from typing import Any

from django.db import models
from django.db.models import Model, Value


class TraitsField(models.JSONField):
    """Traits that a row, once saved, has as every later read will find them.

    Postgres puts keys into an order of its own and writes numbers in its own way, and whoever saves a row is
    shown it: so what is kept is read back by the statement that keeps it.
    """

    def pre_save(self, model_instance: Model, add: bool) -> Any:
        """The traits as an expression: Django asks back what became of one."""
        return Value(super().pre_save(model_instance, add), self)

    def deconstruct(self) -> Any:
        """A column like any other of JSON, as far as migrations are concerned."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
