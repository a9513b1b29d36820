"""A conversation at the command line: what is typed becomes a question or a command."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ...application.use_cases.chat_interaction import Allowance, ChatRequest
from ...domain.chat.conversation import Conversation, undo
from ...domain.chat.markdown import as_markdown
from ...domain.errors import MusterError, UnknownName, UserError
from .chat_console import Console
from .chat_loop import AnswerLoop, Stopped
from .chat_words import cost_table, took, transcript, troubles
from .failures import Interrupted
from .output import save
from .plain import as_json
from .terminal import say

if TYPE_CHECKING:
    from ...application.use_cases.chat_interaction import ChatInteraction, ChatResult

PARTIAL = 5
A_SLASH = "to send a message that starts with a slash, type it twice: //like this"
HELP = {
    "/model [NAME]": "show the model, or let another one answer: provider/id, a provider or a tier",
    "/system [TEXT]": "show what the model is told to be, or set it; /system - takes it away",
    "/history": "show all that was said",
    "/cost": "show tokens and cost, by model and in all",
    "/undo": "take back the last question and its answer",
    "/save FILE": "write the conversation to FILE: JSON if it ends in .json, else Markdown",
    "/help": "show this",
    "/quit": "leave; the conversation is kept",
}
NAMES = tuple(line.split()[0] for line in HELP)


class Talk:
    """Listens until there is no more to hear; at a terminal errors are told, in a pipe they end it."""

    def __init__(
        self,
        chat: ChatInteraction,
        conversation: Conversation,
        loop: AnswerLoop,
        console: Console,
        allowance: Allowance,
    ) -> None:
        self._chat = chat
        self._allowance = allowance
        self._loop = loop
        self._console = console
        self._failures = 0
        self.conversation = conversation
        self._commands: dict[str, Callable[[str], None]] = {
            "/model": self._model,
            "/system": self._system,
            "/history": lambda _rest: say(transcript(self.conversation)),
            "/cost": lambda _rest: say(cost_table(self.conversation)),
            "/undo": self._undo,
            "/save": self._save,
            "/help": lambda _rest: say(_help()),
        }

    def go(self) -> int:
        """Hold the conversation; the exit code: of a pipe it tells whether all was answered."""
        self._begin()
        for line in self._console.lines(NAMES):
            text = line.strip()
            if text in {"/quit", "/exit"}:
                break
            if text:
                self._attempt(text)
        if self._console.interactive and self.conversation.entries:
            self._console.remark("the conversation is kept; go on with: muster chat --continue")
        return PARTIAL if self._failures and not self._console.interactive else 0

    def _begin(self) -> None:
        try:
            name = self._chat.info(self.conversation).name
        except MusterError as error:
            if not self._console.interactive:
                raise
            say(f"muster: {error}")
        else:
            if self._console.interactive:
                self._console.remark(f"{self.conversation.id} with {name}; /help lists what can be typed")

    def _attempt(self, text: str) -> None:
        try:
            self._command(text) if text.startswith("/") and text[1:2] != "/" else self._ask(text)
        except MusterError as error:
            if not self._console.interactive:
                raise
            say(f"muster: {error}")

    def _command(self, text: str) -> None:
        name, _, rest = text.partition(" ")
        command = self._commands.get(name)
        if command is None:
            hint = UnknownName.of("command", name, NAMES).hint
            raise UnknownName(f"unknown command {name!r}", hint=f"{hint}; {A_SLASH}")
        command(rest.strip())

    def _ask(self, text: str) -> None:
        said = text[1:] if text.startswith("//") else text
        request = ChatRequest(self.conversation, said, self._allowance)
        try:
            result = self._loop.run(self._chat.execute(request, self._console.tell))
        except Stopped as stop:
            self._stopped(stop.number)
            return
        self.conversation = result.conversation
        self._console.finish(result.reply)
        self._comment(result)

    def _comment(self, result: ChatResult) -> None:
        self._failures += not result.reply.ok
        self._console.remark(took(result.conversation))
        for trouble in troubles(result.reply):
            say(f"muster: {trouble}")
        if result.unsaved:
            say(f"muster: the answer could not be kept: {result.unsaved}")

    def _stopped(self, number: int) -> None:
        """An answer was cancelled: at a terminal the conversation goes on, a pipe has nobody to go on with."""
        self._console.finish(None)
        self.conversation = self._loop.run(self._chat.resume(self.conversation.id))
        if not self._console.interactive or number != signal.SIGINT:
            raise farewell(self.conversation)
        say("muster: cancelled; your question and what was said so far are kept")
        self._console.remark(took(self.conversation))

    def _model(self, name: str) -> None:
        if name:
            self.conversation = self._loop.run(self._chat.switch(self.conversation, name))
        info = self._chat.info(self.conversation)
        window = f"{info.context_window:,} tokens" if info.context_window else "unknown"
        priced = "" if info.prices is not None else ", unpriced"
        self._told(f"{info.name} ({info.tier.value}, window {window}{priced})", asked=not name)

    def _system(self, text: str) -> None:
        if text:
            wanted = "" if text == "-" else text
            self.conversation = self._loop.run(self._chat.instruct(self.conversation, wanted))
        self._told(f"system: {self.conversation.system or '(nothing)'}", asked=not text)

    def _undo(self, _rest: str) -> None:
        before = self.conversation
        self.conversation = self._loop.run(self._chat.keep(undo(before)))
        question = before.entries[len(self.conversation.entries)].message.content
        self._told(f"taken back: {question}", asked=False)

    def _save(self, name: str) -> None:
        if not name:
            raise UserError("/save needs the name of a file", code="output", hint="/save chat.md")
        path = Path(name).expanduser()
        as_data = path.suffix.lower() == ".json"
        text = as_json(conversation=self.conversation) + "\n" if as_data else as_markdown(self.conversation)
        save(path, text)

    def _told(self, text: str, *, asked: bool) -> None:
        """Say what was asked for; what was merely done only to who wants remarks."""
        (say if asked else self._console.remark)(text)


def farewell(conversation: Conversation | None) -> Interrupted:
    """The last words of a conversation that was left in the middle."""
    if conversation is None or not conversation.entries:
        return Interrupted("interrupted; nothing was asked, nothing is kept")
    return Interrupted(
        f"interrupted; conversation {conversation.id} is kept",
        f"muster chat --conversation {conversation.id}",
    )


def _help() -> str:
    size = max(map(len, HELP))
    lines = [f"{name.ljust(size)}  {words}" for name, words in HELP.items()]
    return "\n".join([*lines, A_SLASH])
