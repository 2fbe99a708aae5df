"""Logging: to stderr, for people or as JSON lines. Never tokens, never message texts."""

from __future__ import annotations

import json
import logging
import re
import sys

_SECRETS = re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+|syt_\w+|(?<=://)[^/@\s]+@|(?<=Bearer )\S+")


class Redacting(logging.Filter):
    """Takes what looks like a token or a password out of every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _SECRETS.sub("…", record.getMessage()), ()
        return True


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {"at": self.formatTime(record), "level": record.levelname.lower(), "of": record.name}
        line["message"] = record.getMessage()
        if record.exc_info:
            line["error"] = _SECRETS.sub("…", self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def set_up(level: str, format: str) -> None:
    """Sends the program's log to stderr; libraries only from warning on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Redacting())
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if format == "json" else plain)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("mycel").setLevel(level.upper())
