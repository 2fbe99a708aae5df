"""An import as a row of small requests, each one transaction: the same in this process and over the loopback."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar, assert_never

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.language import Words
from bot.features.transfer import restoring
from bot.features.transfer.joining import Linking, link_chunk, settle_chunk
from bot.features.transfer.records import ImportedDecision
from bot.features.transfer.restoring import DoesNotFit, Line
from bot.features.transfer.storing import group_for, store_chunk
from storage import directory
from storage.work import Tx

A_CHUNK = 10
"""Records in one transaction of a running Mycel: live commands do not feel it."""

T = TypeVar("T")
Some = Annotated[tuple[T, ...], Field(max_length=1000)]


class _Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Begin(_Step):
    """Finds or makes the group → {"group": its slug}."""

    step: Literal["begin"] = "begin"
    group: str | None
    collection: Literal["pep", "adr"] = "pep"


class Decisions(_Step):
    """Stores decisions → {"stored": [Stored]}."""

    step: Literal["decisions"] = "decisions"
    group: str
    records: Some[ImportedDecision]


class Links(_Step):
    """Makes links between what was imported → {"joined": [Joined]}."""

    step: Literal["links"] = "links"
    items: Some[Linking]


class Loose(_Step):
    """Keeps or joins loose links → {"joined": [Joined]}."""

    step: Literal["loose"] = "loose"
    items: Some[Linking]


class Compare(_Step):
    """Looks how lines of an export stand to what is here → Compared."""

    step: Literal["compare"] = "compare"
    lines: Some[Line]


class Restore(_Step):
    """Stores lines of an export → {"stored": how many}."""

    step: Literal["restore"] = "restore"
    lines: Some[Line]


class Index(_Step):
    """Makes restored decisions findable → {}."""

    step: Literal["index"] = "index"
    numbers: Some[int]


Request = Begin | Decisions | Links | Loose | Compare | Restore | Index
_REQUEST: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="step")])


class Refused(Exception):
    """A request that cannot be done, in words for the one who imports; nothing of it was stored."""


def parse(raw: bytes) -> Request:
    """Reads a request. Raises Refused."""
    try:
        return _REQUEST.validate_json(raw)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(f"The request cannot be read ({where}: {first['msg']}).") from problem


def only_reads(request: Request) -> bool:
    return isinstance(request, Compare)


def perform(tx: Tx, network_id: int, new_id: Callable[[], int], request: Request) -> dict[str, Any]:
    """Does one request in its transaction; the answer is JSON. Raises Refused; safe to do again."""
    try:
        return _perform(tx, network_id, new_id, request)
    except UserError as problem:
        raise Refused(problem.message) from problem
    except DoesNotFit as problem:
        raise Refused(f"{problem}.") from problem


def _perform(tx: Tx, network_id: int, new_id: Callable[[], int], request: Request) -> dict[str, Any]:
    match request:
        case Compare(lines=lines):
            return dataclasses.asdict(restoring.compare(tx.db, network_id, lines))
        case Restore(lines=lines):
            return {"stored": restoring.restore(tx.db, network_id, lines)}
        case Index(numbers=numbers):
            restoring.index(tx.db, network_id, numbers)
            return {}
        case Begin() | Decisions() | Links() | Loose():
            ctx = _context(tx, network_id, new_id)
            answer = _import(ctx, request)
            ctx.flush()
            return answer
        case _:
            assert_never(request)


def _import(ctx: Context, request: Begin | Decisions | Links | Loose) -> dict[str, Any]:
    match request:
        case Begin(group=slug, collection=collection):
            return {"group": group_for(ctx, slug, collection).slug}
        case Decisions(group=slug, records=records):
            return {"stored": [dataclasses.asdict(s) for s in store_chunk(ctx, group_for(ctx, slug), records)]}
        case Links(items=items):
            return {"joined": [dataclasses.asdict(j) for j in link_chunk(ctx, items)]}
        case Loose(items=items):
            return {"joined": [dataclasses.asdict(j) for j in settle_chunk(ctx, items)]}
        case _:
            assert_never(request)


def _context(tx: Tx, network_id: int, new_id: Callable[[], int]) -> Context:
    """Nobody acts, nobody is told, and what is logged is marked as past."""
    network = directory.network(tx.db, network_id)
    return Context(
        db=tx.db,
        now=tx.now + network.clock_ahead,
        real_now=tx.now,
        new_id=new_id,
        network=network,
        words=Words(network.language),
        is_past=True,
    )
