"""Digests: once a week each group is told what concerns it; and what one owes, whenever one asks."""

from bot.core.context import Context
from bot.core.events import (
    DecisionEdited,
    DecisionRedacted,
    DecisionUndone,
    GroupChanged,
    GroupRegistered,
    GroupStateChanged,
    IdentityLinked,
    PersonForgotten,
    RecordsAsked,
)
from bot.core.feature import Feature
from bot.core.language import mark
from bot.features.digests import circle, personal, sending
from bot.features.digests.commands import digest, mine
from bot.features.digests.telling import DIGEST
from bot.features.digests.views import digest as digest_view


def begin(ctx: Context) -> None:
    """Every group's digest is set, and that of the circle."""
    sending.begin(ctx)
    circle.begin(ctx)


FEATURE = Feature(
    name="digests",
    first=("mine", "digest"),
    title=mark("Digests"),
    commands=(digest, mine, personal.my_digest),
    views={sending.VIEW: digest_view, circle.VIEW: circle.circle_digest, personal.VIEW: personal.personal_digest},
    deadlines={sending.KIND: sending.fire, circle.KIND: circle.fire, personal.KIND: personal.fire},
    subscriptions=(
        (GroupRegistered, sending.group_registered),
        (GroupChanged, sending.group_changed),
        (GroupStateChanged, sending.group_state_changed),
        (DecisionRedacted, sending.decision_changed),
        (DecisionUndone, sending.decision_changed),
        (DecisionEdited, sending.decision_changed),
        (PersonForgotten, personal.forgotten),
        (IdentityLinked, personal.linked),
        (RecordsAsked, personal.records),
    ),
    tellings={sending.KIND: DIGEST},
    begin=begin,
)
