"""Groups and their channels, people and their accounts, roles, and how places come to a network."""

from bot.core.feature import Feature
from bot.core.language import mark
from bot.features.network.access import invite, join, show_roles, steward
from bot.features.network.accounts import link_account, whoami
from bot.features.network.channel_lives import home_lost, listen
from bot.features.network.groups import group
from bot.features.network.homes import ENDS, asked_ends, group_confirm
from bot.features.network.messages import group_card, home_asked
from bot.features.network.privacy import forget_me, privacy

FEATURE = Feature(
    name="network",
    title=mark("Groups and people"),
    commands=(
        group,
        group_confirm,
        show_roles,
        steward,
        invite,
        join,
        whoami,
        link_account,
        privacy,
        forget_me,
    ),
    views={"group_card": group_card, "home_asked": home_asked, "home_lost": home_lost},
    deadlines={ENDS: asked_ends},
    listeners=(listen,),
)
