"""Why a part of a question is not compiled; it is answered the ordinary way, and the reason is told."""


class Uncompiled(Exception):
    """A part that is no SQL; the reason is for those who look after the schema."""
