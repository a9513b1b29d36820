"""`muster chat`: talk with a language model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .. import options as o
from .. import spending

if TYPE_CHECKING:
    from ....application.use_cases.chat_interaction import ChatInteraction
    from ....domain.budget.limits import BudgetLimits
    from ....domain.chat.conversation import Conversation


@click.command(
    "chat",
    cls=o.Command,
    epilog=o.examples(
        "muster chat",
        "muster chat --model anthropic --system 'Answer in one sentence.'",
        "muster chat --continue --budget 0.50",
        "echo 'What is a monad?' | muster chat > answer.txt",
    ),
)
@o.compose(
    click.option("--model", metavar="NAME", help="Who answers: provider/id, a provider, or a tier."),
    click.option("--system", metavar="TEXT", help="What the model is told to be."),
    spending.limits,
    click.option("--continue", "last", is_flag=True, help="Go on with the last conversation."),
    click.option("--conversation", "which", metavar="ID", help="Go on with this one; its beginning will do."),
    click.option("--list", "listed", is_flag=True, help="List the conversations that were kept."),
    o.json_flag,
    o.quiet,
)
def command(
    model: str | None,
    system: str | None,
    last: bool,
    which: str | None,
    listed: bool,
    json: bool,
    quiet: bool,
    **shared: Any,
) -> int:
    """Talk with a language model; every conversation is kept, with what it cost.

    At a terminal answers appear as they come, and Ctrl-C ends one; /help lists what else can be typed. In a
    pipe each line is a message, and the exit code is 5 when one of them was not answered. Answers go to stdout,
    everything else to stderr.

    Budgets are for all that is asked until you leave, --max-seconds is for each answer; a limit that is not given is
    that of the settings.
    """
    from .. import session
    from ..chat_words import listing
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width

    _check(last, which, listed, json)
    with session.open_session() as house:
        if not listed:
            wish = _Wish(model, system, "last" if last else which)
            limits = spending.Spend.taken_from(shared).limits()
            return _talk(house.chat_interaction(), wish, limits, quiet)
        from ....application.use_cases.list_conversations import ListConversationsRequest

        kept = run_async(house.list_conversations().execute(ListConversationsRequest()))
    emit(as_json(conversations=kept) if json else listing(kept, stdout_width()))
    return 0


def _check(last: bool, which: str | None, listed: bool, json: bool) -> None:
    context = click.get_current_context()
    if last and which:
        raise click.UsageError("--continue and --conversation differ", context)
    if json and not listed:
        raise click.UsageError(
            "--json goes with --list; in a conversation /save FILE.json writes it", context
        )


class _Wish:
    """What the command line says about the conversation."""

    def __init__(self, model: str | None, system: str | None, which: str | None) -> None:
        self._model, self._system, self._which = model, system, which

    async def conversation(self, chat: ChatInteraction) -> Conversation:
        """A new one, or one that was kept, with model and system as wished."""
        if self._which is None:
            return chat.begin(self._model, self._system or "")
        found = await chat.resume(self._which)
        if self._model is not None:
            found = await chat.switch(found, self._model)
        return found if self._system is None else await chat.instruct(found, self._system)


def _talk(chat: ChatInteraction, wish: _Wish, limits: BudgetLimits, quiet: bool) -> int:
    from ..chat_console import Console
    from ..chat_loop import AnswerLoop, Stopped
    from ..chat_talk import Talk, farewell

    talk: Talk | None = None
    with AnswerLoop(lambda: farewell(talk.conversation if talk else None)) as loop:
        try:
            conversation = loop.run(wish.conversation(chat))
            with chat.session(conversation, limits) as allowance:
                talk = Talk(chat, conversation, loop, Console(quiet), allowance)
                return talk.go()
        except (KeyboardInterrupt, Stopped):
            raise farewell(talk.conversation if talk else None) from None
