"""What groups' changes mean for decisions of others: said where these are logged and shown."""

from __future__ import annotations

from bot.core.context import Context
from bot.core.events import DecisionLogged, DecisionProposed, DecisionShown
from bot.core.message import Block
from bot.features.network.changes_shown import not_asked, whose_it_was
from storage import decisions, directory, group_moves, group_states
from storage.group_states import LEFT, PAUSED


def affected_paused(ctx: Context, fact: DecisionLogged | DecisionProposed) -> tuple[Block, ...]:
    """Somebody affects groups that pause: the answer says that these are not asked."""
    found = directory.groups_by_id(ctx.db, ctx.network.id, list(fact.affected_ids))
    paused = [group for group in found.values() if group.state == PAUSED]
    if not paused or ctx.is_past:
        return ()
    standing = group_states.standings(ctx.db, ctx.network.id, [group.id for group in paused])
    return not_asked(ctx.words, [(group, standing[group.id].until_at) for group in paused])


def shown(ctx: Context, fact: DecisionShown) -> tuple[Block, ...]:
    """Whose it was before, and whether its group is still here."""
    decision = decisions.find(ctx.db, ctx.network.id, fact.number)
    if decision is None:
        return ()
    origins = group_moves.origins(ctx.db, ctx.network.id, fact.number)
    found = directory.groups_by_id(ctx.db, ctx.network.id, [decision.group_id, *(id for id, _ in origins)])
    group = found[decision.group_id]
    left = None
    if group.state == LEFT:
        left = group_states.standings(ctx.db, ctx.network.id, [group.id])[group.id].since
    return whose_it_was(ctx.words, [(found[id], until) for id, until in origins], group, left)
