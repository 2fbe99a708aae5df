"""The decision log: decide, propose, read, change, link; and the protocol of notice."""

from bot.core.events import DecisionConcluded, IdentityLinked, PersonForgotten, RecordsAsked
from bot.core.feature import Feature
from bot.features.decisions import following
from bot.features.decisions.change_commands import accept_link, decline_link, edit, link, redact
from bot.features.decisions.log_commands import decide, propose, undo, use_draft
from bot.features.decisions.protocol import protocol
from bot.features.decisions.read_commands import list_decisions, show
from bot.features.decisions.views import VIEWS

FEATURE = Feature(
    name="decisions",
    commands=(
        *(decide, propose, use_draft, undo, show, list_decisions),
        *(edit, redact, link, accept_link, decline_link, protocol),
    ),
    views=VIEWS,
    deadlines={
        "decision_review": following.review,
        "name_forgotten": following.forget_name,
        "words_forgotten": following.forget_words,
    },
    subscriptions=(
        (DecisionConcluded, following.conclude),
        (IdentityLinked, following.person_linked),
        (PersonForgotten, following.person_forgotten),
        (RecordsAsked, following.records),
    ),
)
