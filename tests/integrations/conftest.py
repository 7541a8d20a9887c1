"""A partner's server that messages may be sent to, and a courier that is dismissed after each test."""

from collections.abc import Iterator

import pytest

from integrations import courier
from tests.integrations.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    """A real web server; the operator's setting opens its address and port, and nothing else."""
    with receiving() as running:
        settings.WEBHOOK_ALLOWED_NETWORKS = [f"127.0.0.1:{running.port}"]
        yield running
        courier.dismiss()
