"""Logging: to stderr, for people or as JSON lines. Never tokens, never message texts.

What an exception says may be what somebody wrote ("invalid date: …"). So the log has where it happened and of which
type it was, and of its words only those of the databases, with everything that they quote taken out.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import sqlalchemy as sa

_SECRETS = re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+|syt_\w+|(?<=://)[^/@\s]+@|(?<=Bearer )\S+")
# asyncio puts the exception itself into its lines: "<Task finished … exception=ValueError('…')>".
_REPRESENTED = re.compile(r"(exception=[\w.]+\().*(\))", re.DOTALL)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Redacting(logging.Filter):
    """Takes what looks like a token or a password out of every line, and what exceptions say."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = _REPRESENTED.sub(r"\1…\2", record.getMessage()) if record.name == "asyncio" else record.getMessage()
        record.msg, record.args = _SECRETS.sub("…", line), ()
        return True


class Plain(logging.Formatter):
    """Lines for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatException(self, ei: _ExcInfo) -> str:
        return described(ei[1])


class JsonLines(Plain):
    """One JSON object a line: at, level, of, message, and error where there was one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"at": self.formatTime(record), "level": record.levelname.lower(), "of": record.name}
        line["message"] = record.getMessage()
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def described(error: BaseException | None) -> str:
    """Where an exception and those that led to it were raised, and their types, the first one first."""
    return "\nwhich led to\n".join(reversed([_one(each) for each in _chain(error)]))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _one(error: BaseException) -> str:
    frames = "".join(traceback.format_tb(error.__traceback__))
    said = _safe_words(error)
    return f"{frames}{type(error).__module__}.{type(error).__qualname__}{': ' if said else ''}{said}"


def _safe_words(error: BaseException) -> str:
    """What the database says of its own matters; "" for every other exception."""
    if isinstance(error, sa.exc.DBAPIError) and error.orig is not None:
        return _safe_words(error.orig)
    psycopg: Any = sys.modules.get("psycopg")  # there where it is worked with; loading it would cost others their start
    if psycopg and isinstance(error, psycopg.DataError):
        return ""  # it says what the value was
    if psycopg and isinstance(error, psycopg.Error):
        return _SECRETS.sub("…", _QUOTED.sub("…", error.diag.message_primary or ""))
    if isinstance(error, sqlite3.Error):
        return _QUOTED.sub("…", str(error))
    return ""


def set_up(level: str, format: str) -> None:
    """Sends the program's log to stderr; libraries only from warning on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Redacting())
    handler.setFormatter(JsonLines() if format == "json" else Plain())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("mycel").setLevel(level.upper())
