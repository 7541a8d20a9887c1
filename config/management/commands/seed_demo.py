"""Fill two tenants with a story of 18 months, so that there is something to look at."""

from argparse import ArgumentParser
from datetime import datetime
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import hosts, seeding
from config.demo.acme import ACME
from config.demo.globex import GLOBEX
from config.demo.seeding import Plan
from config.demo.world import World

WORLDS = (ACME, GLOBEX)


class Command(BaseCommand):
    help = "Make the two demo tenants, acme and globex, with 200 accounts and 18 months of history each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--accounts", type=int, default=200, help="how many accounts each (200)")
        parser.add_argument("--only", choices=[world.schema for world in WORLDS], help="only this tenant")
        parser.add_argument(
            "--not-only-for-development",
            action="store_true",
            help="do it on a production system too, where anybody who reads our code can then sign in",
        )

    def handle(self, *, accounts: int, only: str | None, **options: Any) -> None:
        if not settings.DEBUG and not options["not_only_for_development"]:
            raise CommandError(
                "The demo's passwords are known to all: it is for development (DEBUG=1). "
                "--not-only-for-development does it all the same."
            )
        for world in WORLDS:
            if only in (None, world.schema):
                self._see_to(world, accounts)

    def _see_to(self, world: World, accounts: int) -> None:
        host = seeding.host_of(world)
        tenant = hosts.find(world.schema)
        if tenant and not hosts.is_ours(tenant, host):
            self._say(world, "a tenant of this name is there, and is not the demo's; left alone")
            return
        if tenant and seeding.is_played(tenant):
            self._say(world, "is there already")
        else:
            self._seed(world, accounts)
            tenant = hosts.find(world.schema)
        if tenant and world.schema not in hosts.noted():
            self._say(world, f"sign-ins and keys are in {hosts.write_down(hosts.note(tenant, host))}")

    def _seed(self, world: World, accounts: int) -> None:
        began, today = monotonic(), datetime.now(ZoneInfo(world.zone)).date()
        for line in seeding.seed(Plan(world, today, accounts)):
            self._say(world, line)
        self._say(world, f"done in {monotonic() - began:.0f} s")

    def _say(self, world: World, line: str) -> None:
        self.stdout.write(f"{world.schema}: {line}")
