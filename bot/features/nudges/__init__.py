"""Nudges: a silent group gets a question worth answering; and the one place for what Mycel says of its own accord."""

from bot.core.events import DigestAsked, GroupRegistered, GroupStateChanged
from bot.core.feature import Feature
from bot.core.language import mark
from bot.features.nudges import watching
from bot.features.nudges.circle import silent_groups
from bot.features.nudges.commands import called, snooze, why_told
from bot.features.nudges.saying import TELLINGS
from bot.features.nudges.views import nudge, nudge_call, nudge_contact

FEATURE = Feature(
    name="nudges",
    first=("snooze",),
    title=mark("Nudges and reminders"),
    commands=(snooze, why_told, called),
    views={
        "nudge": nudge,
        "nudge_contact": nudge_contact,
        "nudge_call": nudge_call,
    },
    deadlines={watching.KIND: watching.look},
    subscriptions=(
        (GroupRegistered, watching.group_registered),
        (GroupStateChanged, watching.group_state_changed),
        (DigestAsked, silent_groups),
    ),
    tellings=TELLINGS,
    begin=watching.begin,
)
