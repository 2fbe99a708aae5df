"""Input windows: those affected have their say in their own channels, until a time, and it is one record."""

from bot.core.events import (
    ChannelBound,
    ContributionRedacted,
    DecisionEdited,
    DecisionLogged,
    DecisionProposed,
    DecisionRedacted,
    DecisionShown,
    DecisionUndone,
    DissentAsked,
    GroupChanged,
    IdentityLinked,
    PersonForgotten,
)
from bot.core.feature import Feature
from bot.features.input_windows import changes, deadlines, opening
from bot.features.input_windows.commands import give_input, pass_on
from bot.features.input_windows.concluding import answer_concern, resolve_concern, say_outcome
from bot.features.input_windows.dissent import dissent_asked
from bot.features.input_windows.head import window_head
from bot.features.input_windows.listening import listen
from bot.features.input_windows.replies import concern_answered, concern_raised, input_reminder, outcome_owed
from bot.features.input_windows.summary import outcome, window_summary

FEATURE = Feature(
    name="input_windows",
    commands=(give_input, pass_on, answer_concern, resolve_concern, say_outcome),
    views={
        "window_head": window_head,
        "concern_raised": concern_raised,
        "concern_answered": concern_answered,
        "input_reminder": input_reminder,
        "outcome_owed": outcome_owed,
        "window_summary": window_summary,
        "outcome": outcome,
    },
    deadlines={
        opening.CLOSE: deadlines.close,
        opening.REMINDER: deadlines.remind,
        opening.OWED: deadlines.outcome_owed,
    },
    subscriptions=(
        (DecisionProposed, opening.proposed),
        (DecisionLogged, opening.logged),
        (DecisionShown, changes.decision_shown),
        (DissentAsked, dissent_asked),
        (DecisionEdited, changes.decision_changed),
        (DecisionRedacted, changes.decision_redacted),
        (DecisionUndone, changes.decision_undone),
        (ContributionRedacted, changes.contribution_redacted),
        (GroupChanged, changes.group_changed),
        (ChannelBound, changes.channel_bound),
        (IdentityLinked, changes.identity_linked),
        (PersonForgotten, changes.person_forgotten),
    ),
    listeners=(listen,),
)
