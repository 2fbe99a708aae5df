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
    GroupAffected,
    GroupChanged,
    GroupStateChanged,
    IdentityLinked,
    PersonForgotten,
)
from bot.core.feature import Feature
from bot.features.input_windows import changes, deadlines, joining, opening, orphans, relaying, tellings, versions
from bot.features.input_windows.commands import give_input, pass_on
from bot.features.input_windows.concerns import answer_concern, resolve_concern
from bot.features.input_windows.concluding import say_outcome, withdraw
from bot.features.input_windows.dissent import dissent_asked
from bot.features.input_windows.head import window_head
from bot.features.input_windows.listening import listen
from bot.features.input_windows.replies import (
    concern_answered,
    concern_orphaned,
    concern_raised,
    input_reminder,
    outcome_owed,
)
from bot.features.input_windows.staying import keep_words, let_out
from bot.features.input_windows.steering import close, extend, hold
from bot.features.input_windows.steering_messages import window_moved
from bot.features.input_windows.summary import outcome, window_summary

FEATURE = Feature(
    name="input_windows",
    commands=(
        *(give_input, pass_on, hold, extend, close, withdraw),
        *(answer_concern, resolve_concern, orphans.take_over, say_outcome),
        *(let_out, keep_words, relaying.relay),
    ),
    views={
        "window_head": window_head,
        "concern_raised": concern_raised,
        "concern_answered": concern_answered,
        "concern_orphaned": concern_orphaned,
        "window_moved": window_moved,
        "proposal_changed": versions.proposal_changed,
        "input_digest": relaying.input_digest,
        "input_reminder": input_reminder,
        "outcome_owed": outcome_owed,
        "window_summary": window_summary,
        "outcome": outcome,
    },
    deadlines={
        opening.CLOSE: deadlines.close,
        opening.REMINDER: deadlines.remind,
        opening.OWED: deadlines.outcome_owed,
        orphans.RESTS: orphans.rest,
        relaying.DIGEST_DUE: relaying.digest_due,
    },
    subscriptions=(
        (DecisionProposed, opening.proposed),
        (DecisionLogged, opening.logged),
        (DecisionShown, changes.decision_shown),
        (DissentAsked, dissent_asked),
        (DecisionEdited, versions.decision_changed),
        (DecisionRedacted, changes.decision_redacted),
        (DecisionUndone, changes.decision_undone),
        (ContributionRedacted, changes.contribution_redacted),
        (GroupChanged, changes.group_changed),
        (GroupAffected, joining.group_affected),
        (GroupStateChanged, joining.group_state_changed),
        (ChannelBound, changes.channel_bound),
        (IdentityLinked, changes.identity_linked),
        (PersonForgotten, changes.person_forgotten),
    ),
    listeners=(listen,),
    tellings=tellings.TELLINGS,
)
