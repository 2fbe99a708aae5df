"""`mycel` whose store of decisions stumbles over a title, and says what the title was."""

from __future__ import annotations

import sys
from typing import Any

from bot.__main__ import main
from storage import inbox, search

_original = search.index


def _stumble(*args: Any, **more: Any) -> Any:
    said = f"{args} {more}"
    if "stumble" in said:
        raise ValueError(f"cannot index {said}")
    return _original(*args, **more)


if __name__ == "__main__":
    search.index = _stumble
    main(sys.argv[1:])
