"""The decision log: decide, propose, read, change, link; and the protocol of notice."""

from bot.core.events import DecisionConcluded, IdentityLinked, OwedAsked, PersonForgotten, RecordsAsked
from bot.core.feature import Feature
from bot.features.decisions import carrying, expiring, following, owing, sourcing, tellings
from bot.features.decisions.change_commands import accept_link, decline_link, edit, link, redact
from bot.features.decisions.finding_commands import list_positions, start, why
from bot.features.decisions.group_commands import affects_us, carried_out
from bot.features.decisions.log_commands import decide, propose, undo, use_draft
from bot.features.decisions.mandate_commands import give_mandate, list_mandates, renew, who_decides
from bot.features.decisions.protocol import protocol
from bot.features.decisions.read_commands import list_decisions, show
from bot.features.decisions.views import VIEWS

FEATURE = Feature(
    name="decisions",
    first=("decide", "propose", "why", "show", "start"),
    commands=(
        *(decide, propose, use_draft, undo, show, list_decisions),
        *(edit, redact, link, accept_link, decline_link, protocol),
        *(why, start, list_positions, who_decides, give_mandate, list_mandates, renew),
        *(affects_us, carried_out),
    ),
    views=VIEWS,
    deadlines={
        "decision_review": following.review,
        tellings.ENDING: expiring.ending,
        expiring.ENDS: expiring.ends,
        tellings.CARRIED_OUT: carrying.ask,
        tellings.LINK: following.link_unanswered,
        "name_forgotten": following.forget_name,
        "words_forgotten": following.forget_words,
    },
    subscriptions=(
        (DecisionConcluded, following.conclude),
        (IdentityLinked, following.person_linked),
        (PersonForgotten, following.person_forgotten),
        (RecordsAsked, following.records),
        (OwedAsked, owing.in_mine),
    ),
    listeners=(sourcing.listen,),
    tellings=tellings.TELLINGS,
)
