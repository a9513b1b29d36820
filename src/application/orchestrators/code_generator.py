"""Has a model write code, and finds out whether it works before it counts as written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ...domain.generation.calls import ModelCall
from ...domain.generation.code import PYTHON, GeneratedCode, GenerationRequest
from ...domain.messaging.message import Message
from ...domain.models.exchange import CallContext
from ...domain.ports.code_sandbox import USUAL, CodeSandbox
from ...domain.ports.language_model import LanguageModel
from ...domain.sandbox.paths import path_problems
from ...domain.sandbox.suite import Outcome, SandboxLimits, SandboxResult
from ...domain.workspace.languages import is_test_path
from .code_check import check_files
from .code_words import WrittenCode, again, files_of, material, repair_wish, task_message, writer_prompt
from .model_calls import Answered, Ask, ask_model, refuse_without_judgement

SHOWN_OUTPUT = 3000
NOT_ALLOWED = "its tests were not run: that was not allowed"


@dataclass(frozen=True, slots=True)
class GeneratorOptions:
    """How often broken code goes back to its model, and whether its tests may be run."""

    repairs: int = 2
    run_tests: bool = True
    limits: SandboxLimits = field(default_factory=lambda: USUAL)


class CodeGenerator:
    """Code is a success when its paths are sound, it can be read, and for Python its tests pass.

    - What is broken goes back to the model with exactly what is wrong, at most `repairs` times.
    - Tests run in the sandbox only, and only when that is allowed; where they cannot be run, that is said.
    - A model that only arranges evidence is refused before anything is asked.
    - Every call is kept with its usage and cost, also the failed ones.
    """

    def __init__(self, sandbox: CodeSandbox) -> None:
        self._sandbox = sandbox

    async def generate(
        self,
        model: LanguageModel,
        request: GenerationRequest,
        options: GeneratorOptions | None = None,
        context: CallContext | None = None,
    ) -> GeneratedCode:
        """Code for `request`, sound or with its problems; raises UserError, ModelFailure or BudgetExceeded.

        An error is raised only when there is no code at all; its details hold the `calls` that were made.
        """
        refuse_without_judgement([model])
        work = _Work(model, request, options or GeneratorOptions(), context or CallContext())
        return await self._written(work, "generate", (task_message(request),))

    async def refine(
        self,
        model: LanguageModel,
        request: GenerationRequest,
        code: GeneratedCode,
        wish: str,
        options: GeneratorOptions | None = None,
        context: CallContext | None = None,
    ) -> GeneratedCode:
        """`code` revised as `wish` says; its `calls` are those of the revision alone. Raises like `generate`."""
        refuse_without_judgement([model])
        work = _Work(model, request, options or GeneratorOptions(), context or CallContext())
        return await self._written(work, "refine", again(request, code, wish))

    async def _written(self, work: _Work, purpose: str, messages: tuple[Message, ...]) -> GeneratedCode:
        answered = await work.ask(purpose, messages)
        if answered.error is not None:
            answered.error.details["calls"] = tuple(work.calls)
        code = await self._examined(work, answered.given())
        while code.problems and code.repairs < work.options.repairs:
            answered = await work.ask("repair", again(work.request, code, repair_wish(code.problems)))
            if answered.value is None:
                return replace(code, stopped=answered.call.error, calls=tuple(work.calls))
            repaired = await self._examined(work, answered.value)
            code = replace(repaired, repairs=code.repairs + 1)
        return replace(code, calls=tuple(work.calls))

    async def _examined(self, work: _Work, written: WrittenCode) -> GeneratedCode:
        """What a model wrote, with everything that can be found out about it."""
        language = work.request.language
        files, tests = files_of(written.files), files_of(written.tests)
        checked = check_files((*files, *tests), language)
        code = GeneratedCode(
            language, files, tests, written.summary, tuple(written.dependencies), checked.problems,
            checked.unchecked, model=work.calls[-1].model, calls=tuple(work.calls),
        )  # fmt: skip
        if code.problems:
            return code
        if language != PYTHON:
            return replace(code, unchecked=(*code.unchecked, f"its tests were not run: they are {language}"))
        if not work.options.run_tests:
            return replace(code, unchecked=(*code.unchecked, NOT_ALLOWED))
        return await self._tested(work, code)

    async def _tested(self, work: _Work, code: GeneratedCode) -> GeneratedCode:
        """`code` with what its tests said."""
        suite = await self._run(work, code)
        if not suite.ran:
            return replace(
                code, suite=suite, unchecked=(*code.unchecked, f"its tests were not run: {suite.reason}")
            )
        return replace(code, suite=suite, problems=tuple(suite_problems(suite)))

    async def _run(self, work: _Work, code: GeneratedCode) -> SandboxResult:
        """The one place where generated code is run."""
        context = {
            path: text
            for path, text in work.request.context_files.items()
            if not path_problems([path]) and not is_test_path(path)
        }
        own = {file.path: file.text for file in code.all_files}
        files = {**context, **own}
        if path_problems(files):  # what was given along is in the way of what was written
            files = own
        return await self._sandbox.run_tests(files, work.options.limits)


@dataclass(slots=True)
class _Work:
    """One piece of work, and the calls that it has taken until now."""

    model: LanguageModel
    request: GenerationRequest
    options: GeneratorOptions
    context: CallContext
    calls: list[ModelCall] = field(default_factory=list)

    async def ask(self, purpose: str, messages: tuple[Message, ...]) -> Answered[WrittenCode]:
        """Ask the model for code; the one place where that is done."""
        ask = Ask(purpose, writer_prompt(self.request.language), messages, WrittenCode)
        answered = await ask_model(self.model, ask, self.context)
        self.calls.append(answered.call)
        return answered


def suite_problems(suite: SandboxResult) -> Iterable[str]:
    """What is wrong with code whose tests ended so; nothing when they passed."""
    if suite.passed:
        return
    if suite.reason:
        output = material("What was printed", suite.output[-SHOWN_OUTPUT:]) if suite.output.strip() else ""
        yield f"The tests did not run to their end: {suite.reason}. {output}".rstrip()
    for case in suite.cases:
        if case.outcome in {Outcome.FAILED, Outcome.ERROR}:
            yield f"{case.name}: {case.outcome.value}\n{material('Why', case.detail[:SHOWN_OUTPUT])}"
    if (
        suite.completed
        and not suite.count(Outcome.PASSED)
        and suite.count(Outcome.SKIPPED) == len(suite.cases)
    ):
        yield "Every test was skipped: nothing is shown to work."
