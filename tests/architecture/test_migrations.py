"""Migrations say what the models say."""

from io import StringIO

import pytest
from django.core.management import call_command

from accounts.tenancy import public

pytestmark = pytest.mark.django_db


def test_no_migration_is_missing(acme, globex):
    out = StringIO()
    with public():
        call_command("makemigrations", dry_run=True, stdout=out)
    assert out.getvalue() == "No changes detected\n"
