"""Logs name ids and counts, never what people wrote."""

import json
import logging
import logging.config
from io import StringIO

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.tenancy import public
from config.observability import logging_config
from tests.factories import a_member


def test_a_broken_constraint_is_logged_without_its_values(acme, globex):
    user, stream = a_member(acme), StringIO()
    config = logging_config("INFO", as_json=True)
    formatter = logging.config.DictConfigurator(config).configure_formatter(config["formatters"]["line"])
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.getLogger("a test of ours")
    logger.addHandler(handler)
    try:
        with public(), transaction.atomic():
            User.objects.create(tenant=acme, email=user.email, name="N")
    except IntegrityError:
        logger.exception("refused")
    finally:
        logger.removeHandler(handler)

    line = json.loads(stream.getvalue())
    assert line["exception"][0]["exc_type"] == "IntegrityError"
    assert line["tenant"] == "acme"
    assert user.email not in stream.getvalue()
