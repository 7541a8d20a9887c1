"""What success does on news."""


def listen() -> None:
    """Nothing yet."""
