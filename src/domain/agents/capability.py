"""The vocabulary of what agents can do."""

from __future__ import annotations

from enum import StrEnum


class Capability(StrEnum):
    """One thing that a task may need and an agent may offer."""

    CODE_REVIEW = "code_review"
    SECURITY_AUDIT = "security_audit"
    ARCHITECTURE_ANALYSIS = "architecture_analysis"
    TEST_ANALYSIS = "test_analysis"
    TEST_GENERATION = "test_generation"
    PERFORMANCE_ANALYSIS = "performance_analysis"
    DOCUMENTATION = "documentation"
    REFACTORING_ADVICE = "refactoring_advice"
    DEPENDENCY_AUDIT = "dependency_audit"
    RELEASE_PREPARATION = "release_preparation"
    CODE_GENERATION = "code_generation"
    DEBUGGING = "debugging"
    RESEARCH = "research"
    PLANNING = "planning"
    SYNTHESIS = "synthesis"
    CRITIQUE = "critique"

    @property
    def words(self) -> str:
        """The capability as people write it."""
        return self.value.replace("_", " ")
