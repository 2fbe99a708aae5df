"""A decision as a Markdown record (MADR 4): to be read anywhere, and to be imported again. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from storage.decisions import Decision

STATUS = {
    "proposed": "proposed",
    "taken": "accepted",
    "withdrawn": "withdrawn",
    "superseded": "superseded",
    "reversed": "superseded",
    "expired": "deprecated",
}
FORWARD = {
    "supersedes": "Supersedes",
    "reverses": "Reverses",
    "amends": "Amends",
    "depends-on": "Depends on",
    "relates-to": "Relates to",
    "conflicts-with": "Conflicts with",
}
BACKWARD = {
    "supersedes": "Superseded by",
    "reverses": "Reversed by",
    "amends": "Amended by",
    "depends-on": "Needed by",
    "relates-to": "Relates to",
    "conflicts-with": "Conflicts with",
}


@dataclass(frozen=True, slots=True)
class Record:
    """What is written of one decision. `links`: (label, number, title) of decisions that are written too.

    `own_id`: the lasting name by which the network knows it again ("mycel:0123…:12"). Groups are names.
    """

    decision: Decision
    own_id: str
    group: str
    affected: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    outcome: str = ""
    concerns: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, int, str], ...] = ()


def file_name(number: int, title: str) -> str:
    """ "0012-use-signal.md"."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-") or "decision"
    return f"{number:04}-{slug}.md"


def written(record: Record) -> str:
    """The whole file."""
    d = record.decision
    head = [
        ("status", STATUS[d.status]),
        ("date", f"{d.taken_at or d.created_at:%Y-%m-%d}"),
        ("decision-makers", ", ".join(filter(None, (record.group, d.taken_by)))),
        ("consulted", ", ".join(record.affected)),
        ("informed", ", ".join(record.told)),
        ("tags", ", ".join(d.tags)),
        ("source", d.source),
        ("mycel", record.own_id),
    ]
    lines = ["---", *(f"{name}: {_quoted(value)}" for name, value in head if value), "---", "", f"# {_line(d.title)}"]
    if d.why:
        lines += ["", "## Context and Problem Statement", "", _body(d.why)]
    if d.alternatives:
        lines += ["", "## Considered Options", "", _body(d.alternatives)]
    if record.outcome or record.concerns:
        lines += ["", "## Input", ""]
        lines += [_body(record.outcome), ""] if record.outcome else []
        lines += [f"* {group}: {state}" for group, state in record.concerns]
    if record.links:
        lines += ["", "## More Information", ""]
        lines += [f"* {label} [D-{n}]({file_name(n, title)})" for label, n, title in record.links]
    return "\n".join(lines).rstrip() + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _quoted(value: str) -> str:
    """A value of the header, in one line; quoted where YAML would read something else."""
    plain = _line(value).replace('"', "'")
    return plain if re.fullmatch(r"[\w ,.()-]+", plain) and not plain.startswith("-") else f'"{plain}"'


def _body(text: str) -> str:
    """Somebody's words; what would be a heading of ours is none."""
    return re.sub(r"(?m)^(#{1,6}\s|---\s*$)", r"\\\1", text.strip())
