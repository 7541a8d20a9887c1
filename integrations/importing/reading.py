"""Reading CSV files as they come: any of the usual separators, encodings and line ends, a row at a time."""

import csv
import io
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

SEPARATORS = ",;\t|"
SAMPLE = 65_536
LARGEST_FIELD = 131_072
MOST_LINES = 1_000
"""Of one row, so that a quote that is not closed is found out soon."""
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


class _Lines:
    """The lines of a text, counted; those of a row that turned out to be none are given back."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        self._given_back: deque[str] = deque()
        self._before = 0
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) == MOST_LINES:
            raise csv.Error(f"it goes over more than {MOST_LINES:,} lines")
        line = self._given_back.popleft() if self._given_back else next(self._text)
        self.taken.append(line)
        return line

    def begin(self) -> int:
        """Begin a row; gives the number of its first line."""
        self._before += len(self.taken)
        self.taken = []
        return self._before + 1

    def give_back(self) -> None:
        """Let all lines of the row but the first be read again."""
        self._given_back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


class Table:
    """A CSV file whose columns are called by the names of our fields.

    The `one_line` fields hold no line breaks. A quote that goes wrong costs the line it is on: the lines that
    it seemed to hold are read for themselves.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        encoding: str = "",
        renamed: Mapping[str, str] | None = None,
        one_line: Collection[str] = (),
    ) -> None:
        beginning = file.read(SAMPLE)
        file.seek(0)
        self._encoding = _marked(beginning) or encoding or "utf-8"
        separator = _separator_of(beginning, self._encoding)
        text = io.TextIOWrapper(file, self._encoding, errors="surrogateescape", newline="")
        self._lines = _Lines(text)
        self._reader = csv.reader(self._lines, delimiter=separator, strict=True)
        csv.field_size_limit(LARGEST_FIELD)
        self._one_line = one_line
        self._given: dict[str, str] = {}
        self.columns = self._header(renamed or {})

    def _header(self, renamed: Mapping[str, str]) -> list[str]:
        try:
            given = [name.strip() for name in next(self._reader)]
        except (StopIteration, UnicodeError) as reason:
            raise Unreadable("The file has no header line.") from reason
        except csv.Error as reason:
            raise Unreadable(f"The header line cannot be read: {reason}.") from reason
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
        is_in_doubt = False  # whether a quote went wrong, and no whole row has come since
        while True:
            line = self._lines.begin()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as reason:
                self._lines.give_back()
                is_in_doubt = True
                yield Row(line, {}, Wrong("", f"Perhaps a quote is not closed; this is no row: {reason}."))
                continue
            except UnicodeError as reason:
                raise Unreadable(f"The file is not {self._encoding} from line {line} on.") from reason
            if not any(cell.strip() for cell in cells):
                continue
            if is_in_doubt and not self._is_whole(cells):
                self._lines.give_back()
                yield Row(line, {}, Wrong("", "A quote above is not closed, and this line is no whole row."))
                continue
            is_in_doubt = False
            yield self._row(line, cells)

    def _is_whole(self, cells: list[str]) -> bool:
        """Whether what was read last is surely a row of its own, and not the rest of another one."""
        quotes = sum(line.count('"') for line in self._lines.taken)
        return len(cells) == len(self.columns) and quotes % 2 == 0

    def _row(self, line: int, cells: list[str]) -> Row:
        values = {name: cell.strip() for name, cell in zip(self.columns, cells, strict=False) if name}
        if broken := self._broken(values):
            last = line + len(self._lines.taken) - 1
            message = f"This holds a line break, or a quote is not closed: the row goes on to line {last}."
            return Row(line, values, Wrong(broken, message))
        if len(cells) > len(self.columns):
            return Row(line, values, Wrong("", f"{len(cells)} cells, but {len(self.columns)} columns."))
        for name, text in values.items():
            if not text.isascii() and not _is_decoded(text):
                return Row(line, values, Wrong(name, f"This is not {self._encoding}: name the --encoding."))
        return Row(line, values)

    def _broken(self, values: Mapping[str, str]) -> str | None:
        """The first field that goes over several lines and should not."""
        if len(self._lines.taken) == 1:
            return None
        names = (name for name in values if name in self._one_line)
        return next((name for name in names if len(values[name].splitlines()) > 1), None)


def _is_decoded(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _marked(beginning: bytes) -> str | None:
    """The encoding that the file itself says, which is surer than what anybody says of it."""
    return next((name for mark, name in BYTE_ORDER_MARKS.items() if beginning.startswith(mark)), None)


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
