"""Circles: who facilitates until when, by a rotation that is fair; and other roles that go round."""

from bot.core.events import GroupStateChanged, IdentityLinked, PersonForgotten, RecordsAsked, RoleTaken
from bot.core.feature import Feature
from bot.features.circle import deadlines, following, turning
from bot.features.circle.commands import circle
from bot.features.circle.views import VIEWS

FEATURE = Feature(
    name="circle",
    commands=(circle,),
    views=VIEWS,
    deadlines={
        turning.BEFORE: deadlines.before,
        turning.CHANGE: deadlines.change,
        turning.AFTER: deadlines.after,
        turning.TELL: deadlines.tell,
    },
    subscriptions=(
        (RoleTaken, following.role_taken),
        (IdentityLinked, following.identity_linked),
        (PersonForgotten, following.person_forgotten),
        (GroupStateChanged, following.group_state_changed),
        (RecordsAsked, following.records),
    ),
)
