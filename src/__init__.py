"""Muster assembles the right team of AI agents for a task, and tells the truth about it.

`open_muster` opens it inside another program, `muster.sync` is the same for scripts. Names are loaded when they
are first used, so that `import muster` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app import Muster, get_model, get_model_by_id, open_muster
    from .application.models.budget import Budget
    from .application.turns.function_tool import FunctionTool, tool
    from .application.use_cases.plan_check import CheckMode, PlanCheckRequest
    from .application.use_cases.plan_task import PlanTaskRequest
    from .application.use_cases.run_task import RunOptions, RunTaskRequest
    from .domain.agents.template import AgentTemplate
    from .domain.budget.limits import BudgetLimits
    from .domain.errors import BudgetExceeded, ModelFailure, MusterError, UserError
    from .domain.evidence.finding import Finding, Location
    from .domain.evidence.severity import Category, Severity
    from .domain.messaging.message import Message, Role
    from .domain.models.info import ModelInfo
    from .domain.models.registry import ModelRegistry
    from .domain.models.tier import ModelTier
    from .domain.orchestration.approvals import Approvals, DoubtPolicy
    from .domain.orchestration.escalation import Escalation
    from .domain.orchestration.gates import Gate, GateResult, GateVerdict
    from .domain.orchestration.plan import ExecutionPlan
    from .domain.orchestration.run import RunRecord, RunReport, RunStatus, RunSummary, Verdict
    from .domain.tools.spec import ToolCategory
    from .memory import MemoryConfig, UnifiedMemory

__version__ = "0.1.0"

_HOMES = {
    "MemoryConfig": "memory",
    "UnifiedMemory": "memory",
    "Role": "domain.messaging.message",
    "Message": "domain.messaging.message",
    "ModelFailure": "domain.errors",
    "BudgetExceeded": "domain.errors",
    "ModelTier": "domain.models.tier",
    "ModelRegistry": "domain.models.registry",
    "ModelInfo": "domain.models.info",
    "BudgetLimits": "domain.budget.limits",
    "Budget": "application.models.budget",
    "get_model_by_id": "app",
    "get_model": "app",
    "Muster": "app",
    "open_muster": "app",
    "CheckMode": "application.use_cases.plan_check",
    "PlanCheckRequest": "application.use_cases.plan_check",
    "PlanTaskRequest": "application.use_cases.plan_task",
    "RunTaskRequest": "application.use_cases.run_task",
    "RunOptions": "application.use_cases.run_task",
    "FunctionTool": "application.turns.function_tool",
    "tool": "application.turns.function_tool",
    "ToolCategory": "domain.tools.spec",
    "Approvals": "domain.orchestration.approvals",
    "DoubtPolicy": "domain.orchestration.approvals",
    "Escalation": "domain.orchestration.escalation",
    "AgentTemplate": "domain.agents.template",
    "MusterError": "domain.errors",
    "UserError": "domain.errors",
    "Finding": "domain.evidence.finding",
    "Location": "domain.evidence.finding",
    "Category": "domain.evidence.severity",
    "Severity": "domain.evidence.severity",
    "Gate": "domain.orchestration.gates",
    "GateResult": "domain.orchestration.gates",
    "GateVerdict": "domain.orchestration.gates",
    "ExecutionPlan": "domain.orchestration.plan",
    "RunRecord": "domain.orchestration.run",
    "RunReport": "domain.orchestration.run",
    "RunStatus": "domain.orchestration.run",
    "RunSummary": "domain.orchestration.run",
    "Verdict": "domain.orchestration.run",
}

__all__ = [
    "AgentTemplate",
    "Approvals",
    "Budget",
    "BudgetExceeded",
    "BudgetLimits",
    "Category",
    "CheckMode",
    "DoubtPolicy",
    "Escalation",
    "ExecutionPlan",
    "Finding",
    "FunctionTool",
    "Gate",
    "GateResult",
    "GateVerdict",
    "Location",
    "MemoryConfig",
    "Message",
    "ModelFailure",
    "ModelInfo",
    "ModelRegistry",
    "ModelTier",
    "Muster",
    "MusterError",
    "PlanCheckRequest",
    "PlanTaskRequest",
    "Role",
    "RunOptions",
    "RunRecord",
    "RunReport",
    "RunStatus",
    "RunSummary",
    "RunTaskRequest",
    "Severity",
    "ToolCategory",
    "UnifiedMemory",
    "UserError",
    "Verdict",
    "__version__",
    "get_model",
    "get_model_by_id",
    "open_muster",
    "tool",
]


def __getattr__(name: str) -> object:
    """Load a public name from its home when it is first used (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted({*globals(), *__all__})
