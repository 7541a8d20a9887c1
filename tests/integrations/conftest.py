"""A partner's server that messages may be sent to, and files that are imported."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.tenancy import inside
from integrations import courier
from journeys.models import Company, Event, Person
from tests.integrations.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    """A real web server; the operator's setting opens its address and port, and nothing else."""
    with receiving() as running:
        settings.WEBHOOK_ALLOWED_NETWORKS = [f"127.0.0.1:{running.port}"]
        yield running
        courier.dismiss()


@pytest.fixture
def load(acme, globex, tmp_path):
    """Write a file, import it into acme, and give what was printed; the neighbour stays empty."""

    def run(kind: str, content: str | bytes, *options: str) -> str:
        file = tmp_path / f"{kind}.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = StringIO()
        call_command("import_csv", kind, str(file), "--schema", "acme", *options, stdout=out, stderr=out)
        return out.getvalue()

    yield run
    with inside(globex):
        assert not Event.objects.exists()
        assert not Person.objects.exists()
        assert not Company.objects.exists()
