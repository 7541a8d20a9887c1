"""Several statements in one way to Postgres and back, by libpq's pipeline.

Each is sent as psycopg would send it, and kept prepared by psycopg's own bookkeeping, so that a connection
knows its prepared statements in one place. psycopg's own pipeline is made for hundreds of statements: for two
or three it costs more than the ways it saves.
"""

import select
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg import OperationalError
from psycopg._preparing import Prepare
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

type Row = tuple[bytes | None, ...]
"""The values of a row, as Postgres writes them."""

WELL = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})


class Asked(NamedTuple):
    """A statement with `$1`, `$2`, ... and what is given for them."""

    sql: bytes
    given: Sequence[Any] = ()


class Answer(NamedTuple):
    """The first row of what a statement found, None where it found none; or why it failed."""

    row: Row | None = None
    problem: psycopg.Error | None = None


class _Sent(NamedTuple):
    """A statement as psycopg's bookkeeping knows it."""

    query: bytes
    types: tuple[int, ...]
    prepare: Prepare = Prepare.NO
    name: bytes = b""


def answers(connection: psycopg.Connection, asked: Sequence[Asked]) -> list[Answer]:
    """The answers to some statements; after one that fails, the next ones fail as well.

    They are a transaction of their own, if none has begun that they are a part of.
    """
    pgconn = connection.pgconn
    try:
        pgconn.enter_pipeline_mode()
        sent = [_send(connection, each) for each in asked]
        pgconn.pipeline_sync()
        results = list(_results(pgconn))
        pgconn.exit_pipeline_mode()
    except BaseException:
        connection.close()  # nobody knows what it would say next
        raise
    left = iter(results)
    decisive = [_decisive(one, left) for one in sent]
    for one, result in zip(sent, decisive, strict=True):
        _remember(connection, one, result)
    return [_answer(pgconn, result) for result in decisive]


def _send(connection: psycopg.Connection, asked: Asked) -> _Sent:
    pgconn, transformer = connection.pgconn, Transformer(connection)
    values = transformer.dump_sequence(asked.given, [PyFormat.AUTO] * len(asked.given))
    sent = _Sent(asked.sql, transformer.types or ())
    prepare, name = connection._prepared.get(sent)  # type: ignore[arg-type]
    if prepare is Prepare.NO:
        pgconn.send_query_params(asked.sql, values, sent.types, transformer.formats)
    else:
        if prepare is Prepare.SHOULD:
            pgconn.send_prepare(name, asked.sql, sent.types)
        pgconn.send_query_prepared(name, values, transformer.formats)
    return sent._replace(prepare=prepare, name=name)


def _results(pgconn: PGconn) -> Iterator[PGresult]:
    """What comes back, to the end of the pipeline."""
    poll = select.poll()
    poll.register(pgconn.socket, select.POLLIN | select.POLLOUT)
    while pgconn.flush():
        poll.poll()
        pgconn.consume_input()
    poll.modify(pgconn.socket, select.POLLIN)
    while True:
        while pgconn.is_busy():
            poll.poll()
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:  # between two statements
            if pgconn.status == ConnStatus.BAD:
                raise OperationalError("The connection was lost.")
        elif result.status == ExecStatus.PIPELINE_SYNC:
            return
        else:
            yield result


def _decisive(sent: _Sent, results: Iterator[PGresult]) -> PGresult:
    """The result that says what became of a statement: of two, the first if that one failed."""
    result = next(results)
    if sent.prepare is not Prepare.SHOULD:
        return result
    following = next(results)
    return following if result.status in WELL else result


def _remember(connection: psycopg.Connection, sent: _Sent, result: PGresult) -> None:
    kept = connection._prepared
    key = kept.maybe_add_to_cache(sent, sent.prepare, sent.name)  # type: ignore[arg-type]
    if key is not None:
        kept.validate(key, sent.prepare, sent.name, [result])
    elif sent.prepare is Prepare.SHOULD and result.status not in WELL:
        kept._names.pop((sent.query, sent.types), None)
    if kept._to_flush:
        connection.wait(kept.maintain_gen(connection))


def _answer(pgconn: PGconn, result: PGresult) -> Answer:
    if result.status not in WELL:
        return Answer(problem=error_from_result(result, encoding=pgconn._encoding))
    return Answer(first_row(result))


def first_row(result: PGresult) -> Row | None:
    """The first row of what was found."""
    if not result.ntuples:
        return None
    return tuple(result.get_value(0, column) for column in range(result.nfields))
