"""What people see of messages and views, as plain text, and what they can press."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.slack import kit, markup
from tests.support.slack.world import Json, World


@dataclass(frozen=True, slots=True)
class Shown:
    """A message or view before a person; `text` as they read it, `buttons` by their labels."""

    ts: str
    text: str
    buttons: tuple[str, ...]
    raw: Json
    thread: str | None = None
    channel: str = ""

    def __str__(self) -> str:
        return self.text


def message(world: World, raw: Json, channel: str = "") -> Shown:
    """Blocks where there are some: the text is then for notifications only."""
    blocks = raw.get("blocks") or []
    text = blocks_text(world, blocks) if blocks else markup.seen(raw.get("text", ""), world.name_of)
    return Shown(raw.get("ts", ""), text, tuple(buttons(blocks)), raw, raw.get("thread_ts"), channel)


def blocks_text(world: World, blocks: list[Json]) -> str:
    return "\n".join(line for block in blocks if (line := _block(world, block)))


def buttons(blocks: list[Json]) -> list[str]:
    return [element["text"]["text"] for _, element in kit.elements(blocks) if element["type"] == "button"]


def words(world: World, text: Json | None) -> str:
    """A text object as it is read."""
    if not text:
        return ""
    read: str = markup.seen(text["text"], world.name_of) if text["type"] == "mrkdwn" else text["text"]
    return read


def _block(world: World, block: Json) -> str:
    match block["type"]:
        case "section":
            lines = [words(world, block.get("text")), *(words(world, f) for f in block.get("fields", []))]
            accessory = block.get("accessory")
            return "\n".join([line for line in lines if line] + ([_element(world, accessory)] if accessory else []))
        case "header":
            return words(world, block["text"])
        case "context":
            return " ".join(e["alt_text"] if e["type"] == "image" else words(world, e) for e in block["elements"])
        case "actions":
            return " ".join(_element(world, each) for each in block["elements"])
        case "input":
            label, hint = words(world, block["label"]), words(world, block.get("hint"))
            return f"{label}: {_element(world, block['element'])}" + (f" ({hint})" if hint else "")
        case "image":
            return str(block["alt_text"])
        case "rich_text":
            return "\n".join(_rich(world, each) for each in block["elements"])
        case "table":
            rows = [[_cell(world, cell) for cell in row] for row in block["rows"]]
            return "\n".join(" | ".join(row) for row in rows)
        case "markdown":
            return str(block["text"])
        case _:
            return ""


def _element(world: World, element: Json) -> str:
    if element["type"] == "button":
        return f"[{element['text']['text']}]"
    if element["type"] == "image":
        return str(element["alt_text"])
    shown = element.get("initial_value") or words(world, element.get("placeholder"))
    options = [words(world, o["text"]) for o in element.get("options", [])]
    return f"<{shown or '/'.join(options) or element['type']}>"


def _rich(world: World, element: Json) -> str:
    if element["type"] == "rich_text_list":
        return "\n".join(f"• {_rich(world, each)}" for each in element["elements"])
    text = "".join(_span(world, each) for each in element["elements"])
    if element["type"] == "rich_text_quote":
        return "\n".join(f"> {line}" for line in text.splitlines())
    return text


def _span(world: World, span: Json) -> str:
    match span["type"]:
        case "text":
            return str(span["text"])
        case "link":
            return str(span.get("text") or span["url"])
        case "user":
            return f"@{world.name_of(span['user_id'])}"
        case "date":
            return str(span.get("fallback", ""))
        case "emoji":
            return f":{span['name']}:"
        case "broadcast":
            return f"@{span['range']}"
        case _:
            return ""


def _cell(world: World, cell: Json) -> str:
    if cell["type"] == "raw_text":
        return str(cell["text"])
    return "\n".join(_rich(world, each) for each in cell["elements"])


def find_element(blocks: list[Json], label: str) -> tuple[Json, Json]:
    """(block, element) that a person would use by this label: a button's text, a field's label, or its id."""
    labels = []
    for block, element in kit.elements(blocks):
        known = [element.get("text", {}), block.get("label", {}), element.get("placeholder", {})]
        found = [each.get("text", "") for each in known] + [block["block_id"], element["action_id"]]
        labels.append(next(filter(None, found), ""))
        if label.casefold() in (each.casefold() for each in found):
            return block, element
    raise AssertionError(f"there is no {label!r}, but {', '.join(labels)}")


def option(element: Json, wanted: str) -> Json:
    """The option that reads so, or has this value."""
    groups: list[Any] = element.get("option_groups", [])
    options = [*element.get("options", []), *(o for group in groups for o in group["options"])]
    for each in options:
        if wanted.casefold() in (each["text"]["text"].casefold(), each["value"].casefold()):
            return {name: value for name, value in each.items() if name in ("text", "value", "description")}
    raise AssertionError(f"there is no option {wanted!r}, but {', '.join(o['text']['text'] for o in options)}")
