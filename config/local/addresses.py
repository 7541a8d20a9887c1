"""Where the embedded servers of a data folder listen: pure functions of the folder.

So the settings can be read before the servers run, and whoever knows the folder knows the addresses.
The sockets are not in the data folder itself, because a socket's path may not be longer than 103 bytes.
"""

import hashlib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
RUN = PROJECT / ".data" / "run"
TEST = PROJECT / ".data" / "test"
NAME = "unison"


def socket_folder(folder: Path) -> Path:
    """The private folder, named after the data folder, that holds the servers' sockets."""
    mark = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    return Path("/tmp") / f"{NAME}-{mark}"  # noqa: S108 - private by its mode, and checked before use


def database_url(folder: Path) -> str:
    """The database of a data folder, as the role the application signs in with."""
    return f"postgresql://{NAME}@/{NAME}?host={socket_folder(folder)}"


def redis_url(folder: Path) -> str:
    """The Valkey of a data folder."""
    return f"unix://{socket_folder(folder) / 'valkey.sock'}"
