"""Reading CSV files as they come: any of the usual separators, encodings and line ends, a row at a time."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

SEPARATORS = ",;\t|"
SAMPLE = 65_536
LARGEST_FIELD = 131_072
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Unreadable(Exception):
    """The file is no table that can be imported."""


class Wrong(Exception):
    """A row does not fit: the column, and why."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column, self.message = column, message


@dataclass(frozen=True, slots=True)
class Row:
    """A row by the line it begins on, with its values by field; or what is wrong with it."""

    line: int
    values: Mapping[str, str]
    problem: Wrong | None = None


class Table:
    """A CSV file whose columns are called by the names of our fields."""

    def __init__(
        self, file: BinaryIO, *, encoding: str = "", renamed: Mapping[str, str] | None = None
    ) -> None:
        beginning = file.read(SAMPLE)
        file.seek(0)
        self._encoding = encoding or _encoding_of(beginning)
        separator = _separator_of(beginning, self._encoding)
        text = io.TextIOWrapper(file, self._encoding, errors="surrogateescape", newline="")
        self._reader = csv.reader(text, delimiter=separator)
        csv.field_size_limit(LARGEST_FIELD)
        self._given: dict[str, str] = {}
        self.columns = self._header(renamed or {})

    def _header(self, renamed: Mapping[str, str]) -> list[str]:
        try:
            given = [name.strip() for name in next(self._reader)]
        except (StopIteration, csv.Error, UnicodeError) as reason:
            raise Unreadable("The file has no header line.") from reason
        if missing := renamed.keys() - set(given):
            raise Unreadable(f"There is no column “{min(missing)}” to map; there are {', '.join(given)}.")
        columns = [renamed.get(name, name) for name in given]
        if twice := {name for name in columns if name and columns.count(name) > 1}:
            raise Unreadable(f"There are two columns “{min(twice)}”.")
        self._given = dict(zip(columns, given, strict=True))
        return columns

    def called(self, field: str) -> str:
        """What the file itself calls the column of a field."""
        return self._given.get(field, field)

    def __iter__(self) -> Iterator[Row]:
        """Give every row that is not blank."""
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as reason:
                yield Row(line, {}, Wrong("", f"The row cannot be read: {reason}."))
                continue
            except UnicodeError as reason:
                raise Unreadable(f"The file is not {self._encoding} from line {line} on.") from reason
            if any(cell.strip() for cell in cells):
                yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> Row:
        values = {name: cell.strip() for name, cell in zip(self.columns, cells, strict=False) if name}
        if len(cells) > len(self.columns):
            return Row(line, values, Wrong("", f"{len(cells)} cells, but {len(self.columns)} columns."))
        for name, text in values.items():
            if not text.isascii() and not _is_decoded(text):
                return Row(line, values, Wrong(name, f"This is not {self._encoding}: name the --encoding."))
        return Row(line, values)


def _is_decoded(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _encoding_of(beginning: bytes) -> str:
    return next((name for mark, name in BYTE_ORDER_MARKS.items() if beginning.startswith(mark)), "utf-8")


def _separator_of(beginning: bytes, encoding: str) -> str:
    """The separator that the header line has most of, outside quotes."""
    try:
        text = beginning.decode(encoding, errors="replace")
    except LookupError as reason:
        raise Unreadable(f"There is no encoding “{encoding}”.") from reason
    counts, is_quoted = dict.fromkeys(SEPARATORS, 0), False
    for character in text:
        if character == '"':
            is_quoted = not is_quoted
        elif character in "\r\n" and not is_quoted:
            break
        elif character in counts and not is_quoted:
            counts[character] += 1
    return max(counts, key=lambda separator: counts[separator])
