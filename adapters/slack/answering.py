"""What somebody is answered: as the body of an acknowledgement, and as a guide where no form can be opened. Pure."""

from __future__ import annotations

from typing import Any

from adapters.slack.markup import Names
from adapters.slack.render import Part
from bot.core.language import Words, mark
from bot.core.message import Action, Actions, Block, Bold, Bullets, Code, Heading, Message, Paragraph, Spans, Text
from bot.core.replies import Form, FormField

NO_NAMES = Names()
"""Where nobody is known: everybody is named, and nothing linked."""
OPEN_FORM = mark("Open the form")
TYPE_IT = mark("Write it in one message: {command}")
NEEDED = mark("needed")
ONE_OF = mark("one of: {options}")
WAS_DONE = mark("Done, as {id}. (I could not say so at once.)")
WAS_HANDLED = mark("I could not answer this at once, and do not know any more what I had to say. Please send it again.")
INVITE_ME = mark("I am not in this channel, so that I cannot show anything here. Type {command}.")
HELLO = mark("I am Mycel. I keep what groups decide, ask those affected for their input, and remember why.")
BIND = mark("To make this channel the home of your group: {group}")
START = mark("Then {decide} logs a decision. {help} lists everything; what is said outside my threads I do not keep.")


def body(part: Part, *, replaces: bool = False, thread: str | None = None) -> dict[str, Any]:
    """For the one who asked alone. `replaces`: in the place of the message on which a button was pressed."""
    kept = {"replace_original": True} if replaces else {"response_type": "ephemeral", "replace_original": False}
    said = {"text": part.text, "blocks": list(part.blocks)} if part.blocks else {"text": part.text}
    return {**kept, **said} | ({"thread_ts": thread} if thread and not replaces else {})


def guide(form: Form, words: Words, command: str = "") -> Message:
    """A form as text: how to type it, and what each part means. `command` opens it by a button where one can be."""
    blocks: list[Block] = [
        Heading((Text(form.title),)),
        Paragraph(words.line(TYPE_IT, command=Code(form.typed or f"/{form.command}"))),
    ]
    if form.fields:
        blocks.append(Bullets(tuple(_field(field, words) for field in form.fields)))
    if command:
        blocks.append(Actions((Action(words(OPEN_FORM), command, "primary"),)))
    return Message(tuple(blocks))


def _field(field: FormField, words: Words) -> Spans:
    more = [field.hint] if field.hint else []
    if field.options:
        more.append(words(ONE_OF, options=", ".join(value for value, _ in field.options)))
    needed = f" ({words(NEEDED)})" if field.is_required else ""
    known = f" = {field.value}" if field.value else ""
    said = f": {'; '.join(more)}" if more else ""
    return (Bold(field.label), Text(f"{needed}{known}{said}"))


def lost_answer(subject: str, words: Words) -> Message:
    """The command was carried out, but its answer did not get through, or a restart came between."""
    sentence = words.line(WAS_DONE, id=subject) if subject else words.line(WAS_HANDLED)
    return Message((Paragraph(sentence),))


def greeting(words: Words) -> Message:
    """What Mycel says in a channel that it has been invited to, and that is nobody's home yet."""
    group, decide, help = Code("/group NAME --tz Area/City"), Code("/decide …"), Code("/help")
    lines = (words.line(HELLO), words.line(BIND, group=group), words.line(START, decide=decide, help=help))
    return Message(tuple(Paragraph(line) for line in lines))


def invite_me(words: Words) -> Message:
    """The channel is a home, but a private one that Mycel was not invited to."""
    return Message((Paragraph(words.line(INVITE_ME, command=Bold("/invite @Mycel"))),))
