"""`mycel` whose parser has a bug: it stumbles over what somebody typed, and its exception says what that was."""

from __future__ import annotations

import sys
from typing import Any

from bot.__main__ import main
from bot.core import parsing

_original = parsing.parse


def _stumble(command: Any, typed: str) -> Any:
    if "stumble" in typed:
        raise ValueError(f"cannot parse {typed}")
    return _original(command, typed)


if __name__ == "__main__":
    parsing.parse = _stumble
    main(sys.argv[1:])
