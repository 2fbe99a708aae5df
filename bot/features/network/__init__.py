"""Groups and their channels, people and their accounts, roles, and how places come to a network."""

from bot.core.events import (
    ContributionRedacted,
    DecisionLogged,
    DecisionProposed,
    DecisionRedacted,
    DecisionShown,
    IdentityLinked,
    PersonForgotten,
    RecordsAsked,
)
from bot.core.feature import Feature
from bot.core.language import mark
from bot.features.network import (
    asking,
    changes_shown,
    contact_messages,
    contacts,
    exports,
    leaving,
    merging,
    on_call,
    pausing,
    splitting,
    state_messages,
    telling,
)
from bot.features.network.access import invite, join, show_roles, steward
from bot.features.network.accounts import link_account, whoami
from bot.features.network.auditing import audit
from bot.features.network.channel_lives import home_lost, listen
from bot.features.network.groups import group
from bot.features.network.homes import ENDS, asked_ends, group_confirm
from bot.features.network.listing import groups
from bot.features.network.messages import group_card, home_asked
from bot.features.network.privacy import forget_me, privacy
from bot.features.network.requests import ENDS as CHANGE_ENDS
from bot.features.network.spaces import space

FEATURE = Feature(
    name="network",
    first=("group", "groups", "privacy"),
    title=mark("Groups and people"),
    commands=(
        group,
        group_confirm,
        groups,
        pausing.group_pause,
        pausing.group_resume,
        contacts.group_contact,
        merging.group_merge,
        splitting.group_split,
        splitting.group_choose,
        splitting.group_take_over,
        leaving.group_leave,
        exports.export_group,
        asking.group_agree,
        asking.group_refuse,
        show_roles,
        steward,
        invite,
        join,
        audit,
        space,
        on_call.on_call,
        whoami,
        link_account,
        privacy,
        forget_me,
    ),
    views={
        "group_card": group_card,
        "home_asked": home_asked,
        "home_lost": home_lost,
        "group_paused": state_messages.group_paused,
        "group_back": state_messages.group_back,
        "paused_told": state_messages.paused_told,
        "change_asked": changes_shown.change_asked,
        "change_refused": changes_shown.change_refused,
        "groups_merged": changes_shown.groups_merged,
        "group_left": changes_shown.group_left,
        "group_split": changes_shown.group_split,
        "decision_taken_over": changes_shown.decision_taken_over,
        "contact_soon": contact_messages.contact_soon,
        "contact_changed": contact_messages.contact_changed,
    },
    deadlines={
        ENDS: asked_ends,
        CHANGE_ENDS: asking.asked_ends,
        pausing.ENDS: pausing.pause_ends,
        merging.REINDEXED: merging.reindexed,
        leaving.GOES: leaving.goes,
        leaving.LET_GO: leaving.let_go,
        leaving.EXPORT_ENDS: leaving.export_ends,
        contacts.BEFORE: contacts.before_change,
        contacts.CHANGE: contacts.change,
    },
    subscriptions=(
        (DecisionLogged, telling.affected_paused),
        (DecisionProposed, telling.affected_paused),
        (DecisionShown, telling.shown),
        (IdentityLinked, contacts.linked),
        (PersonForgotten, contacts.forgotten),
        (IdentityLinked, on_call.linked),
        (PersonForgotten, on_call.forgotten),
        (PersonForgotten, exports.person_forgotten),
        (DecisionRedacted, exports.decision_redacted),
        (ContributionRedacted, exports.contribution_redacted),
        (RecordsAsked, contacts.records),
        (RecordsAsked, on_call.records),
    ),
    listeners=(listen,),
)
