"""Block Kit as Slack checks it: the blocks and elements that Mycel may use, with limits; all else is refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

MESSAGE_BLOCKS, VIEW_BLOCKS, MESSAGE_TEXT = 50, 100, 40_000
SUBMIT_NEEDED = "[ERROR] a view with input blocks needs a submit button [json-pointer:/view/submit]"

Id = Annotated[str, Field(min_length=1, max_length=255)]
Url = Annotated[str, Field(min_length=1, max_length=3000, pattern=r"^(https?|mailto|slack)")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Plain(Strict):
    type: Literal["plain_text"]
    text: str = Field(min_length=1, max_length=3000)
    emoji: bool | None = None


class Mrkdwn(Strict):
    type: Literal["mrkdwn"]
    text: str = Field(min_length=1, max_length=3000)
    verbatim: bool | None = None


Words = Annotated[Plain | Mrkdwn, Field(discriminator="type")]


def _at_most(limit: int) -> AfterValidator:
    def check(words: Plain | Mrkdwn) -> Plain | Mrkdwn:
        if len(words.text) > limit:
            raise ValueError(f"must be less than {limit + 1} characters")
        return words

    return AfterValidator(check)


Plain24 = Annotated[Plain, _at_most(24)]
Plain30 = Annotated[Plain, _at_most(30)]
Plain75 = Annotated[Plain, _at_most(75)]
Plain100 = Annotated[Plain, _at_most(100)]
Plain150 = Annotated[Plain, _at_most(150)]
Plain2000 = Annotated[Plain, _at_most(2000)]
Words75 = Annotated[Words, _at_most(75)]
Words300 = Annotated[Words, _at_most(300)]
Words2000 = Annotated[Words, _at_most(2000)]


class Confirm(Strict):
    title: Plain100
    text: Words300
    confirm: Plain30
    deny: Plain30
    style: Literal["primary", "danger"] | None = None


class Option(Strict):
    text: Words75
    value: str = Field(min_length=1, max_length=150)
    description: Words75 | None = None
    url: Url | None = None


class OptionGroup(Strict):
    label: Plain75
    options: list[Option] = Field(min_length=1, max_length=100)


class Element(Strict):
    action_id: Id | None = None
    confirm: Confirm | None = None
    focus_on_load: bool | None = None


class Button(Strict):
    type: Literal["button"]
    text: Plain75
    action_id: Id | None = None
    url: Url | None = None
    value: str | None = Field(None, max_length=2000)
    style: Literal["primary", "danger"] | None = None
    confirm: Confirm | None = None
    accessibility_label: str | None = Field(None, max_length=75)


class _Select(Element):
    placeholder: Plain150 | None = None


class _WithOptions(_Select):
    options: list[Option] | None = Field(None, min_length=1, max_length=100)
    option_groups: list[OptionGroup] | None = Field(None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _has_one(self) -> _WithOptions:
        if (self.options is None) == (self.option_groups is None):
            raise ValueError("must have either options or option_groups")
        return self

    def values(self) -> list[str]:
        groups = self.option_groups or []
        return [o.value for o in [*(self.options or []), *(o for g in groups for o in g.options)]]


class StaticSelect(_WithOptions):
    type: Literal["static_select"]
    initial_option: Option | None = None

    @model_validator(mode="after")
    def _known(self) -> StaticSelect:
        if self.initial_option and self.initial_option.value not in self.values():
            raise ValueError("initial_option is not one of the options")
        return self


class MultiStaticSelect(_WithOptions):
    type: Literal["multi_static_select"]
    initial_options: list[Option] | None = Field(None, min_length=1)
    max_selected_items: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _known(self) -> MultiStaticSelect:
        if {o.value for o in self.initial_options or []} - set(self.values()):
            raise ValueError("initial_options are not among the options")
        return self


class ExternalSelect(_Select):
    type: Literal["external_select"]
    initial_option: Option | None = None
    min_query_length: int | None = None


class MultiExternalSelect(_Select):
    type: Literal["multi_external_select"]
    initial_options: list[Option] | None = Field(None, min_length=1)
    min_query_length: int | None = None
    max_selected_items: int | None = Field(None, ge=1)


class UsersSelect(_Select):
    type: Literal["users_select"]
    initial_user: str | None = None


class MultiUsersSelect(_Select):
    type: Literal["multi_users_select"]
    initial_users: list[str] | None = None
    max_selected_items: int | None = Field(None, ge=1)


class ChannelFilter(Strict):
    include: list[Literal["im", "mpim", "private", "public"]] | None = Field(None, min_length=1)
    exclude_external_shared_channels: bool | None = None
    exclude_bot_users: bool | None = None


class ConversationsSelect(_Select):
    type: Literal["conversations_select"]
    initial_conversation: str | None = None
    default_to_current_conversation: bool | None = None
    response_url_enabled: bool | None = None
    filter: ChannelFilter | None = None


class MultiConversationsSelect(_Select):
    type: Literal["multi_conversations_select"]
    initial_conversations: list[str] | None = None
    default_to_current_conversation: bool | None = None
    max_selected_items: int | None = Field(None, ge=1)
    filter: ChannelFilter | None = None


class ChannelsSelect(_Select):
    type: Literal["channels_select"]
    initial_channel: str | None = None
    response_url_enabled: bool | None = None


class MultiChannelsSelect(_Select):
    type: Literal["multi_channels_select"]
    initial_channels: list[str] | None = None
    max_selected_items: int | None = Field(None, ge=1)


class Overflow(Strict):
    type: Literal["overflow"]
    options: list[Option] = Field(min_length=1, max_length=5)
    action_id: Id | None = None
    confirm: Confirm | None = None


class DatePicker(_Select):
    type: Literal["datepicker"]
    initial_date: Day | None = None


class TimePicker(_Select):
    type: Literal["timepicker"]
    initial_time: Annotated[str, Field(pattern=r"^\d\d:\d\d$")] | None = None
    timezone: str | None = None


class DateTimePicker(Element):
    type: Literal["datetimepicker"]
    initial_date_time: Annotated[int, Field(ge=10**9, lt=10**10)] | None = None


class RadioButtons(Element):
    type: Literal["radio_buttons"]
    options: list[Option] = Field(min_length=1, max_length=10)
    initial_option: Option | None = None


class Checkboxes(Element):
    type: Literal["checkboxes"]
    options: list[Option] = Field(min_length=1, max_length=10)
    initial_options: list[Option] | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _known(self) -> Checkboxes:
        if {o.value for o in self.initial_options or []} - {o.value for o in self.options}:
            raise ValueError("initial_options are not among the options")
        return self


class Dispatching(Strict):
    trigger_actions_on: list[Literal["on_enter_pressed", "on_character_entered"]]


class TextInput(Strict):
    type: Literal["plain_text_input"]
    action_id: Id | None = None
    initial_value: str | None = Field(None, max_length=3000)
    multiline: bool | None = None
    min_length: int | None = Field(None, ge=0, le=3000)
    max_length: int | None = Field(None, ge=1, le=3000)
    dispatch_action_config: Dispatching | None = None
    focus_on_load: bool | None = None
    placeholder: Plain150 | None = None

    @model_validator(mode="after")
    def _fits(self) -> TextInput:
        if self.max_length is not None and len(self.initial_value or "") > self.max_length:
            raise ValueError("initial_value is longer than max_length")
        return self


class NumberInput(Strict):
    type: Literal["number_input"]
    is_decimal_allowed: bool
    action_id: Id | None = None
    initial_value: str | None = None
    min_value: str | None = None
    max_value: str | None = None
    focus_on_load: bool | None = None
    placeholder: Plain150 | None = None


class UrlInput(Strict):
    type: Literal["url_text_input", "email_text_input"]
    action_id: Id | None = None
    initial_value: str | None = None
    focus_on_load: bool | None = None
    placeholder: Plain150 | None = None


class Picture(Strict):
    type: Literal["image"]
    alt_text: str = Field(min_length=1, max_length=2000)
    image_url: Url | None = None
    slack_file: dict[str, str] | None = None

    @model_validator(mode="after")
    def _has_one(self) -> Picture:
        if (self.image_url is None) == (self.slack_file is None):
            raise ValueError("must have either image_url or slack_file")
        return self


_Picker = (
    StaticSelect
    | MultiStaticSelect
    | ExternalSelect
    | MultiExternalSelect
    | UsersSelect
    | MultiUsersSelect
    | ConversationsSelect
    | MultiConversationsSelect
    | ChannelsSelect
    | MultiChannelsSelect
    | DatePicker
    | TimePicker
    | RadioButtons
    | Checkboxes
)
Accessory = Annotated[Button | Picture | Overflow | _Picker, Field(discriminator="type")]
Acting = Annotated[Button | Overflow | DateTimePicker | _Picker, Field(discriminator="type")]
Inputting = Annotated[TextInput | NumberInput | UrlInput | DateTimePicker | _Picker, Field(discriminator="type")]


class _Block(Strict):
    block_id: Id | None = None


class Section(_Block):
    type: Literal["section"]
    text: Words | None = None
    fields: list[Words2000] | None = Field(None, min_length=1, max_length=10)
    accessory: Accessory | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def _has_one(self) -> Section:
        if self.text is None and self.fields is None:
            raise ValueError("must have text or fields")
        return self


class Header(_Block):
    type: Literal["header"]
    text: Plain150


class Divider(_Block):
    type: Literal["divider"]


class Context(_Block):
    type: Literal["context"]
    elements: list[Annotated[Plain | Mrkdwn | Picture, Field(discriminator="type")]] = Field(
        min_length=1, max_length=10
    )


class Actions(_Block):
    type: Literal["actions"]
    elements: list[Acting] = Field(min_length=1, max_length=25)


class Input(_Block):
    type: Literal["input"]
    label: Plain2000
    element: Inputting
    dispatch_action: bool | None = None
    hint: Plain2000 | None = None
    optional: bool | None = None


class ImageBlock(_Block):
    type: Literal["image"]
    alt_text: str = Field(min_length=1, max_length=2000)
    image_url: Url | None = None
    slack_file: dict[str, str] | None = None
    title: Plain2000 | None = None

    @model_validator(mode="after")
    def _has_one(self) -> ImageBlock:
        if (self.image_url is None) == (self.slack_file is None):
            raise ValueError("must have either image_url or slack_file")
        return self


class Rich(_Block):
    """Its inner elements are looked at by name only."""

    type: Literal["rich_text"]
    elements: list[dict[str, Any]] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> Rich:
        known = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
        if {e.get("type") for e in self.elements} - known:
            raise ValueError("unknown element of rich text")
        return self


class RawCell(Strict):
    type: Literal["raw_text"]
    text: str = Field(min_length=1)


class TableBlock(_Block):
    type: Literal["table"]
    rows: list[
        Annotated[list[Annotated[RawCell | Rich, Field(discriminator="type")]], Field(min_length=1, max_length=20)]
    ]
    column_settings: list[dict[str, Any] | None] | None = Field(None, max_length=20)

    @model_validator(mode="after")
    def _few(self) -> TableBlock:
        if not 1 <= len(self.rows) <= 100:
            raise ValueError("must have 1 to 100 rows")
        return self


class Markdown(_Block):
    type: Literal["markdown"]
    text: str = Field(min_length=1, max_length=12_000)


Block = Annotated[
    Section | Header | Divider | Context | Actions | Input | ImageBlock | Rich | TableBlock | Markdown,
    Field(discriminator="type"),
]


class Modal(Strict):
    type: Literal["modal"]
    title: Plain24
    blocks: list[Block] = Field(min_length=1, max_length=VIEW_BLOCKS)
    submit: Plain24 | None = None
    close: Plain24 | None = None
    private_metadata: str = Field("", max_length=3000)
    callback_id: str = Field("", max_length=255)
    clear_on_close: bool | None = None
    notify_on_close: bool | None = None
    external_id: str = Field("", max_length=255)
    submit_disabled: bool | None = None


class Home(Strict):
    type: Literal["home"]
    blocks: list[Block] = Field(min_length=1, max_length=VIEW_BLOCKS)
    private_metadata: str = Field("", max_length=3000)
    callback_id: str = Field("", max_length=255)
    external_id: str = Field("", max_length=255)


_BLOCKS: TypeAdapter[list[Any]] = TypeAdapter(list[Block])
_VIEW: TypeAdapter[Any] = TypeAdapter(Annotated[Modal | Home, Field(discriminator="type")])


def wrong_blocks(blocks: Any) -> list[str]:
    """Why Slack would refuse a message's blocks, in its words; empty where it would not."""
    found = _checked(_BLOCKS, blocks, "/blocks")
    if not found and len(blocks) > MESSAGE_BLOCKS:
        found = [f"[ERROR] no more than {MESSAGE_BLOCKS} items allowed [json-pointer:/blocks]"]
    if not found and sum(block["type"] == "table" for block in blocks) > 1:
        found = ["[ERROR] only one table allowed [json-pointer:/blocks]"]
    return found or _wrong_ids(blocks)


def wrong_view(view: Any) -> list[str]:
    """Why Slack would refuse a view."""
    found = _checked(_VIEW, view, "/view")
    if found:
        return found
    if any(block["type"] == "table" for block in view["blocks"]):
        found = ["[ERROR] unsupported type: table [json-pointer:/view/blocks]"]
    if view["type"] == "modal" and "submit" not in view and any(b["type"] == "input" for b in view["blocks"]):
        found = [SUBMIT_NEEDED]
    return found or _wrong_ids(view["blocks"])


def elements(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(block, element) of everything in them that a person can use."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element")]
        inside += block.get("elements", []) if block["type"] == "actions" else []
        yield from ((block, each) for each in inside if each and each["type"] != "image")


def _checked(adapter: TypeAdapter[Any], value: Any, pointer: str) -> list[str]:
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        return [f"[ERROR] {_said(e)} [json-pointer:{pointer}{_path(e['loc'])}]" for e in error.errors()]
    return []


def _said(error: Any) -> str:
    if error["type"] == "string_too_long":
        return f"must be less than {error['ctx']['max_length'] + 1} characters"
    if error["type"] == "too_long":
        return f"no more than {error['ctx']['max_length']} items allowed"
    return str(error["msg"])


def _path(loc: tuple[int | str, ...]) -> str:
    names = [str(each) for each in loc]
    return "".join(f"/{name}" for name in names if not re.fullmatch(r"[A-Z]\w+", name))


def _wrong_ids(blocks: list[dict[str, Any]]) -> list[str]:
    """Ids of blocks are unique in a message or view, those of actions in a block."""
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    found = [f"[ERROR] block_id {id} already exists [json-pointer:/blocks]" for id, n in ids.items() if n > 1]
    actions = Counter((id(b), e["action_id"]) for b, e in elements(blocks) if "action_id" in e)
    return found + [
        f"[ERROR] action_id {name} already exists [json-pointer:/blocks]" for (_, name), n in actions.items() if n > 1
    ]
