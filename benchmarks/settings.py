"""The real settings, and beside them the hand-written views and the commands of the benchmarks."""

from config.settings import *  # noqa: F403 - settings are names
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
ROOT_URLCONF = "benchmarks.urls"
