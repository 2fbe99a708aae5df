"""Writes the tables of settings and metrics into docs/operators: `python -m tests.checks.tables`."""

from __future__ import annotations

from pathlib import Path

from adapters.web.metrics import Metrics
from bot.settings import documented

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operators" / "README.md"


def settings() -> str:
    rows = [f"| `{name}` | {f'`{default}`' if default else '–'} | {text} |" for name, default, text in documented()]
    return "\n".join(["| name | default | |", "|---|---|---|", *rows])


def metrics() -> str:
    """Our own metrics; those of the process are Prometheus' usual ones."""
    found = [m for m in Metrics().registry.collect() if m.name.startswith("mycel_")]
    rows = [f"| `{m.name}` | {m.type} | {m.documentation} |" for m in sorted(found, key=lambda m: m.name)]
    return "\n".join(["| metric | kind | |", "|---|---|---|", *rows])


def generated(page: str) -> str:
    """The page with both tables as the code would have them."""
    return _with_table(_with_table(page, "settings", settings()), "metrics", metrics())


def _with_table(page: str, name: str, table: str) -> str:
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{table}\n{end}{after}"


if __name__ == "__main__":
    PAGE.write_text(generated(PAGE.read_text()))
    print(f"Wrote {PAGE}.")
