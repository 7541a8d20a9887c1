"""What processes cost, read from /proc: CPU seconds of a whole tree, and memory that is a process's own."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")


class Stat(NamedTuple):
    """A line of /proc/<pid>/stat: the parent, and ticks of CPU, also of children that ended."""

    parent: int
    ticks: int


def cpu_seconds(root: int) -> float:
    """CPU seconds of a process, of all below it, and of those below it that have ended."""
    stats = dict(_stats())
    return sum(stats[pid].ticks for pid in _tree(root, stats)) / TICK


def below(root: int) -> list[int]:
    """The living processes below a process."""
    return [pid for pid in _tree(root, dict(_stats())) if pid != root]


def own_memory(pid: int) -> int:
    """Bytes that belong to this process alone: not its binary, not what it shares with others."""
    lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return 1024 * (kilobytes["Private_Clean"] + kilobytes["Private_Dirty"])


def title(pid: int) -> str:
    """The command line, which Postgres makes say what a process does."""
    return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


def _stats() -> Iterator[tuple[int, Stat]]:
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            line = (folder / "stat").read_text()
        except OSError:
            continue  # it ended meanwhile
        fields = line.rpartition(")")[2].split()
        yield int(folder.name), Stat(int(fields[1]), sum(map(int, fields[11:15])))


def _tree(root: int, stats: dict[int, Stat]) -> list[int]:
    children = defaultdict(list)
    for pid, stat in stats.items():
        children[stat.parent].append(pid)
    found, waiting = [], [root] if root in stats else []
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children[pid]
    return found
