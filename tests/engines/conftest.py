"""The world of these tests: two tenants full of rows, made once for all of them and undone afterwards."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from tests.engines.world import World, a_world


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Both tenants with rows of every kind, and everybody who may ask."""
    with django_db_blocker.unblock(), override_settings(GRAPHQL_COST_PER_MINUTE=10**12), a_world() as made:
        yield made
