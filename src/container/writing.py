"""Having code written and reviewed: the sandbox, the tools that look at it, and the two agents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..domain.models.tier import ModelTier
from ..domain.ports.code_evidence import CodeEvidence
from ..domain.ports.code_sandbox import CodeSandbox
from ..domain.ports.evidence_tool import EvidenceTool
from ..domain.ports.ids import Ids
from ..domain.ports.language_model import LanguageModel
from ..domain.ports.secret_masker import SecretMasker
from ..infrastructure.config.loader import LoadedSettings
from .models import limits

if TYPE_CHECKING:
    from ..application.models.budget import BudgetBook
    from ..application.orchestrators.multi_agent import MultiAgentOrchestrator
    from ..application.orchestrators.parallel import ParallelOrchestrator
    from ..application.use_cases.generate_code import GenerateCode


def sandbox() -> CodeSandbox:
    """Where code runs that nobody trusts yet."""
    from ..infrastructure.sandbox.process_sandbox import ProcessSandbox

    return ProcessSandbox()


def code_evidence(tools: Sequence[EvidenceTool], masker: SecretMasker) -> CodeEvidence:
    """What tools find in code that is in no workspace yet."""
    from ..infrastructure.evidence.generated_code import NAMES, GeneratedCodeEvidence

    return GeneratedCodeEvidence([tool for tool in tools if tool.profile.name in NAMES], masker)


def multi_agent(sandbox: CodeSandbox, evidence: CodeEvidence) -> MultiAgentOrchestrator:
    """One agent that writes, one that reviews."""
    from ..application.orchestrators.code_generator import CodeGenerator
    from ..application.orchestrators.code_reviewer import CodeReviewer
    from ..application.orchestrators.multi_agent import MultiAgentOrchestrator

    return MultiAgentOrchestrator(CodeGenerator(sandbox), CodeReviewer(evidence))


def parallel() -> ParallelOrchestrator:
    """Tasks beside each other."""
    from ..application.orchestrators.parallel import ParallelOrchestrator

    return ParallelOrchestrator()


def generate_code(
    named: Callable[[str], LanguageModel],
    ids: Ids,
    team: MultiAgentOrchestrator,
    budgets: BudgetBook,
    loaded: LoadedSettings,
) -> GenerateCode:
    """Have code written, reviewed and refined."""
    from ..application.services.chat_budget import Purse
    from ..application.use_cases.generate_code import GenerateCode

    return GenerateCode(named, ids, team, Purse(budgets, limits(loaded)), ModelTier.CAPABLE.value)
