"""The rows of these tests are of every kind, and have every sort of value that their columns take."""

from contextlib import nullcontext

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db.models import QuerySet

from accounts.graphql.nodes import NODES, shape_of
from accounts.permissions import Role
from accounts.tenancy import inside, public
from tests.engines.rows import SHARED


def test_no_kind_of_node_is_forgotten(world):
    for place in world.places.values():
        assert set(place.ids) == set(NODES)
        assert all(len(ids) > 3 for ids in place.ids.values())
        assert set(place.members) == set(Role)
        assert all(asker.actor.is_known for asker in place.everybody)


@pytest.mark.parametrize("kind", sorted(NODES))
@pytest.mark.parametrize("schema", ["acme", "globex"])
def test_columns_have_all_that_they_take(world, schema, kind):
    model, tenant = shape_of(NODES[kind]).model, world.places[schema].tenant
    with inside(tenant), public() if model._meta.app_label == SHARED else nullcontext():
        for column in model._meta.concrete_fields:
            rows: QuerySet = QuerySet(model)
            found = list(rows.values_list(column.attname, flat=True))
            if column.null:
                assert {each is None for each in found} == {True, False}, column.name
            if column.choices and not isinstance(column, ArrayField):
                assert {value for value, _ in column.flatchoices if value} <= set(found), column.name
