"""A process that bears Mycel again and again: everything is imported once, each child is forked and runs `mycel run`.

Reads a line of JSON per child from stdin (`point`, `nth`); tells on stdout of its birth and its end.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

# All that a child needs is loaded here, before any thread or connection exists.
from apscheduler.schedulers import asyncio as _scheduler  # noqa: F401  # what bot.app imports when it starts

from bot import app as _app  # noqa: F401
from bot.__main__ import main
from tests.end_to_end.kill_points import Reaper, set_up

IN_EARNEST = "MATRIX_USER" in os.environ
"""With Matrix it is killed from outside, at any moment, and nothing is sooner than it is for people."""
if IN_EARNEST:
    from bot import matrix as _matrix  # noqa: F401


def bear(order: dict[str, Any]) -> int:
    """Runs Mycel in a child until it ends; returns how, as `subprocess` tells it (-9: killed)."""
    pid = os.fork()
    if pid == 0:
        _live(order)
    _tell({"pid": pid})
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _live(order: dict[str, Any]) -> None:
    if not IN_EARNEST:
        set_up(Reaper(order["point"], order["nth"]))
    code = 70
    try:
        main(["run", "--migrate"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        sys.stdout.flush()
        os._exit(code)


def _tell(fact: dict[str, Any]) -> None:
    print(json.dumps(fact), flush=True)


if __name__ == "__main__":
    for line in sys.stdin:
        _tell({"ended": bear(json.loads(line))})
