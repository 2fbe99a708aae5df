"""Conflicts: raised or suggested, told in confidence first where that is wanted, hosted, and ended by their groups."""

from bot.core.events import (
    ChannelBound,
    ConcernLeftUnanswered,
    ConcernOrphaned,
    ConcernResolved,
    ConcernRested,
    ConcernTakenOver,
    ConflictRedacted,
    ConflictShown,
    ContributionRedacted,
    DecisionEdited,
    DecisionImported,
    DecisionLogged,
    DecisionProposed,
    DecisionRedacted,
    DecisionShown,
    DecisionsLinked,
    DecisionUndone,
    DigestAsked,
    GroupStateChanged,
    IdentityLinked,
    OwedAsked,
    PersonForgotten,
    RecordsAsked,
    RoleTaken,
)
from bot.core.feature import Feature
from bot.features.conflicts import deadlines, digesting, following, listing, noticing, owing, telling, tellings
from bot.features.conflicts.ending_commands import confirm, differ, dismiss, reopen, settle, take_back, value_conflict
from bot.features.conflicts.hosting import host, log
from bot.features.conflicts.listing import list_conflicts
from bot.features.conflicts.raising import bring_out, confide, raise_conflict
from bot.features.conflicts.undelivered import treat
from bot.features.conflicts.views import VIEWS

FEATURE = Feature(
    name="conflicts",
    commands=(
        *(list_conflicts, raise_conflict, bring_out, confide, host, log),
        *(settle, differ, value_conflict, confirm, dismiss, take_back, reopen, treat),
    ),
    views=VIEWS,
    deadlines={
        telling.STEP: deadlines.step,
        telling.STEP_IN_GROUP: deadlines.step_in_group,
        telling.REVIEW: deadlines.review,
    },
    subscriptions=(
        (DecisionLogged, noticing.decision_logged),
        (DecisionProposed, noticing.decision_logged),
        (DecisionEdited, noticing.decision_logged),
        (DecisionImported, noticing.decision_imported),
        (DecisionsLinked, noticing.decisions_linked),
        (DecisionUndone, noticing.decision_undone),
        (DecisionRedacted, noticing.decision_redacted),
        (DecisionShown, noticing.decision_shown),
        (ConcernLeftUnanswered, noticing.concern_left),
        (ConcernResolved, noticing.concern_resolved),
        (ConcernOrphaned, following.concern_left_alone),
        (ConcernRested, following.concern_left_alone),
        (ConcernTakenOver, following.concern_taken_over),
        (ContributionRedacted, following.contribution_redacted),
        (RoleTaken, following.role_taken),
        (IdentityLinked, following.identity_linked),
        (PersonForgotten, following.person_forgotten),
        (RecordsAsked, following.records),
        (ChannelBound, following.channel_bound),
        (GroupStateChanged, following.group_state_changed),
        (DigestAsked, digesting.in_digest),
        (OwedAsked, owing.in_mine),
        (ConflictShown, listing.shown),
        (ConflictRedacted, following.redacted),
    ),
    tellings=tellings.TELLINGS,
)
