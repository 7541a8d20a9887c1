"""Shelves: what a process keeps of something, within bounds."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock


class Shelf[T]:
    """What is kept, the least recently used forgotten first; shared by the threads of a process."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken = 0
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> T | None:
        """What is kept under a key."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def drop(self, key: Hashable) -> None:
        """Forget what is kept under a key."""
        with self._lock:
            _, freed = self._kept.pop(key, (None, 0))
            self.taken -= freed

    def put(self, key: Hashable, value: T, size: int) -> None:
        """Keep something that takes so much room."""
        with self._lock:
            _, replaced = self._kept.pop(key, (None, 0))
            self._kept[key] = value, size
            self.taken += size - replaced
            while self.taken > self.room:
                _, (_, freed) = self._kept.popitem(last=False)
                self.taken -= freed
