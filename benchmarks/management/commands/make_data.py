"""Make what is measured on; `python -m benchmarks` calls this where there is none that fits."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from benchmarks.data.build import make_all
from benchmarks.data.sizes import FULL, QUICK


class Command(BaseCommand):
    help = "Make the tenants that benchmarks are measured on."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quick", action="store_true")

    def handle(self, *, quick: bool, **_: Any) -> None:
        began = time.monotonic()
        call_command("migrate_schemas", verbosity=0, stdout=self.stderr)
        make_all(
            QUICK if quick else FULL,
            lambda line: self.stderr.write(f"{time.monotonic() - began:4.0f} s  {line}"),
        )
