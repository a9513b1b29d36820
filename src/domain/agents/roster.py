"""The built-in agents for software engineering."""

from __future__ import annotations

from ..models.tier import ModelTier
from .capability import Capability as C
from .template import AgentTemplate

LOOK = ("search-workspace", "read-file")
"""Tools that only look things up."""
READ = "read-file"
WRITE = ("write-file", "edit-file", "delete-file")
"""Tools that stage changes; they are offered only in runs that may change files."""


def _agent(
    agent: str,
    role: str,
    purpose: str,
    capability: C,
    tools: tuple[str, ...] = (),
    *,
    tier: ModelTier = ModelTier.CAPABLE,
    instructions: str,
    needs_judgement: bool = False,
) -> AgentTemplate:
    return AgentTemplate(
        agent, role, purpose, frozenset({capability}), tier, tools, instructions, needs_judgement
    )


EVIDENCE_FIRST = (
    "Call your tools before you say anything. Every statement cites evidence by its fingerprint or quotes a line "
    "that you have read. Say what you did not look at."
)

ROSTER: tuple[AgentTemplate, ...] = (
    _agent(
        "code-reviewer", "Code reviewer", "finds likely bugs and questionable code", C.CODE_REVIEW, ("ruff",),
        instructions=f"You review code for defects that matter in use, not for taste. {EVIDENCE_FIRST}",
    ),
    _agent(
        "security-auditor", "Security auditor", "finds vulnerabilities, leaked secrets and insecure settings",
        C.SECURITY_AUDIT, ("ruff-security", "secrets", "settings"),
        instructions=f"You look at code as an attacker would, and never repeat the value of a secret. {EVIDENCE_FIRST}",
    ),
    _agent(
        "architecture-analyst", "Architecture analyst", "finds import circles and broken layers",
        C.ARCHITECTURE_ANALYSIS, ("imports",),
        instructions=f"You judge structure by what depends on what. {EVIDENCE_FIRST}",
    ),
    _agent(
        "refactoring-advisor", "Refactoring advisor", "finds code that is hard to change: complex, long, dead, twice",
        C.REFACTORING_ADVICE, ("complexity", "size", "dead-code", "duplicates", READ, *WRITE),
        instructions=f"You name the smell and the refactoring by its usual name. {EVIDENCE_FIRST}",
    ),
    _agent(
        "test-analyst", "Test analyst", "says how well the code is tested", C.TEST_ANALYSIS,
        ("coverage", "test-inventory"),
        instructions=f"You say which behaviour is not held by a test. {EVIDENCE_FIRST}",
    ),
    _agent(
        "performance-analyst", "Performance analyst", "finds code that is provably slower than it need be",
        C.PERFORMANCE_ANALYSIS, ("ruff-performance", "performance-patterns"),
        instructions=f"You report what can be proved or was measured, never a guess. {EVIDENCE_FIRST}",
    ),
    _agent(
        "documentation-writer", "Documentation writer", "finds what is undocumented and links that lead nowhere",
        C.DOCUMENTATION, ("docs", READ, *WRITE), tier=ModelTier.CHEAP,
        instructions=f"You write for the reader who has to use the code tomorrow. {EVIDENCE_FIRST}",
    ),
    _agent(
        "dependency-auditor", "Dependency auditor", "checks declared packages against use, pins and known advisories",
        C.DEPENDENCY_AUDIT, ("dependencies", "advisories"), tier=ModelTier.CHEAP,
        instructions=f"You say which package and version, which advisory, and which version is safe. {EVIDENCE_FIRST}",
    ),
    _agent(
        "release-preparer", "Release preparer", "checks whether a version can be shipped", C.RELEASE_PREPARATION,
        ("docs", "dependencies", "advisories", "test-inventory"),
        instructions=f"You list what stands between this state and a release. {EVIDENCE_FIRST}",
    ),
    _agent(
        "debugger", "Debugger", "traces a failure to its cause", C.DEBUGGING, (*LOOK, "ruff", *WRITE),
        instructions=f"You reproduce first, then narrow down, then explain the cause. {EVIDENCE_FIRST}",
        needs_judgement=True,
    ),
    _agent(
        "researcher", "Researcher", "looks things up in the workspace and explains them", C.RESEARCH, LOOK,
        instructions=f"You answer with places that can be looked at. {EVIDENCE_FIRST}", needs_judgement=True,
    ),
    _agent(
        "test-generator", "Test generator", "writes tests for what is not held by one", C.TEST_GENERATION,
        ("test-inventory", "coverage", READ, *WRITE),
        instructions="You write tests that fail when the behaviour breaks, and only those.", needs_judgement=True,
    ),
    _agent(
        "code-generator", "Code generator", "writes new code", C.CODE_GENERATION, (*LOOK, *WRITE),
        instructions="You write the smallest code that does what is asked, in the style of its surroundings.",
        needs_judgement=True,
    ),
    _agent(
        "planner", "Planner", "splits work into parts and hands them out", C.PLANNING,
        tier=ModelTier.PREMIUM,
        instructions="You give each worker one assignment that can be finished alone, and merge what comes back.",
        needs_judgement=True,
    ),
    _agent(
        "synthesiser", "Synthesiser", "makes one result of several", C.SYNTHESIS, tier=ModelTier.PREMIUM,
        instructions="You merge results, keep what contradicts visible, and add nothing of your own.",
        needs_judgement=True,
    ),
    _agent(
        "critic", "Critic", "argues against a proposal", C.CRITIQUE, tier=ModelTier.PREMIUM,
        instructions="You look for the strongest objection and say what would answer it.", needs_judgement=True,
    ),
)  # fmt: skip
