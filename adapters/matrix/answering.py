"""What somebody is answered in a room: answers, forms as guides, how to change an edited command. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.matrix import reading, render
from adapters.matrix.port import Content, Event
from bot.core.language import Words, mark
from bot.core.message import Block, Bold, Bullets, Code, Heading, Message, Note, Paragraph, Spans, Text
from bot.core.replies import Answer, Form, FormField, Invalid, Nothing, Reply

TYPE_IT = mark("Write it in one message: {command}")
NEEDED = mark("needed")
ONE_OF = mark("one of: {options}")
SENT_PRIVATELY = mark("I have answered you in private: see our direct chat.")
NOT_PRIVATE = mark("This answer is for you alone, and I could not open a direct chat. Invite me to one and ask there.")
WAS_DONE = mark("Done, as {id}. (I could not say so at once.)")
WAS_HANDLED = mark("I could not answer this at once, and do not know any more what I had to say. Please send it again.")
GAP = mark("So much was said here while I was away that I did not read all of it. Send older commands again.")
UNREADABLE = mark("I cannot read some messages here: I have no key for them. I have asked for it; send commands again.")
TOO_LATE = mark("An edit counts as a command within a minute. To carry it out, send it as a new message.")
STANDS = mark("{id} stands as you first typed it; an edited message changes it within a minute only.")
CANNOT_FOLLOW = mark("{id} stands as you first typed it; I could not take it back for your edit.")
CHANGE_IT = mark("Change it with {edit}, or take it back with {undo} (ten minutes), and send it anew.")
START_ANEW = mark("Send what you want changed as a new message; {help} lists the commands.")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an answer goes: into a thread, as a reply to the message that asked, or (no `replied_to`) simply there."""

    room_id: str
    root: str | None = None
    replied_to: str | None = None

    def place(self, content: Content) -> Content:
        if self.root is not None:
            return render.in_thread(content, self.root, self.replied_to)
        return render.as_reply(content, self.replied_to) if self.replied_to else content


def spot(event: Event, room_id: str, *, is_direct: bool) -> Spot:
    """The thread of a message. One that has no other relation can begin one, but alone with Mycel none is needed."""
    content, id = reading.content_of(event), str(event["event_id"])
    thread = reading.thread_of(content)
    if thread is not None:
        return Spot(room_id, thread, id)
    related = content.get("m.relates_to")
    is_free = not (isinstance(related, dict) and related.get("rel_type"))
    return Spot(room_id, id if is_free and not is_direct else None, id)


def message_of(reply: Reply, words: Words) -> Message | None:
    """What is shown of a reply; None for nothing."""
    match reply:
        case Answer(message) | Invalid(message):
            return message
        case Form():
            return guide(reply, words)
        case Nothing():
            return None


def guide(form: Form, words: Words) -> Message:
    """A form as Matrix can show it: how to type it, and what each part means."""
    blocks: list[Block] = [
        Heading((Text(form.title),)),
        Paragraph(words.line(TYPE_IT, command=Code(form.typed or f"/{form.command}"))),
    ]
    if form.fields:
        blocks.append(Bullets(tuple(_field(field, words) for field in form.fields)))
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


def too_late(subject: str, words: Words) -> Message:
    """A command was edited after its minute. `subject`: the record that came of it, "" for none."""
    if not subject:
        return Message((Paragraph(words.line(TOO_LATE)),))
    return Message((Paragraph(words.line(STANDS, id=subject)), _how_to_change(subject, words)))


def not_taken_back(subject: str, refusal: Message, words: Words) -> Message:
    """A command was edited in time, but what came of it cannot be undone; `refusal` says why."""
    first = Paragraph(words.line(CANNOT_FOLLOW, id=subject))
    return Message((first, *refusal.blocks, _how_to_change(subject, words)))


def _how_to_change(subject: str, words: Words) -> Block:
    if subject.startswith("D-"):
        edit, undo = Code(f"/edit {subject} …"), Code(f"/undo {subject}")
        return Paragraph(words.line(CHANGE_IT, edit=edit, undo=undo))
    return Paragraph(words.line(START_ANEW, help=Code("/help")))


def joined(first: Message, then: Message) -> Message:
    """Two messages as one."""
    return Message((*first.blocks, *then.blocks), then.reactions)


def note(template: str, words: Words) -> Message:
    return Message((Note(words.line(template)),))
