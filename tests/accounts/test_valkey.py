"""Clients of Valkey: each thread has its own and keeps it; a forked process makes new ones."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.conf import settings

from accounts import valkey


def test_each_thread_keeps_a_client_of_its_own(acme, globex):
    together = Barrier(8)

    def ask(_: int) -> tuple[int, int]:
        together.wait()
        assert valkey.client().ping()
        return id(valkey.client()), valkey.client().client_id()

    with ThreadPoolExecutor(8) as threads:
        first, second = ([*threads.map(ask, range(8))] for _ in range(2))
    assert len(set(first)) == 8
    assert set(first) == set(second)


FORKING = """
import django, os
django.setup()
from accounts import valkey
ours = valkey.client().client_id()
if os.fork():
    os.wait()
    print(ours == valkey.client().client_id())
else:
    print(ours == valkey.client().client_id(), flush=True)
    os._exit(0)
"""


def test_a_forked_process_speaks_through_a_connection_of_its_own():
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "REDIS_URL": settings.REDIS_URL}
    done = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, check=True, env=env
    )
    assert done.stdout.split() == ["False", "True"]
