"""Memory: both tiers, and what is done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dependency_injector import providers

from . import coordination as c
from . import memory as m
from .wiring_work import Work

if TYPE_CHECKING:
    from ..application.memory.coordination import Coordination
    from ..application.memory.promotion_sweeper import PromotionSweeper
    from ..application.memory.tiered import TieredMemory
    from ..application.memory.tiers import Tiers
    from ..application.use_cases.backup_memory import BackupMemory
    from ..application.use_cases.edit_memory import EditMemory
    from ..application.use_cases.export_memory import ExportMemory
    from ..application.use_cases.forget_memory import ForgetMemory
    from ..application.use_cases.import_memory import ImportMemory
    from ..application.use_cases.list_memory import ListMemory
    from ..application.use_cases.recall_patterns import RecallPatterns
    from ..application.use_cases.remember_pattern import RememberPattern
    from ..application.use_cases.search_memory import SearchMemory
    from ..application.use_cases.show_memory import ShowMemory
    from ..application.use_cases.show_memory_stats import ShowMemoryStats
    from ..application.use_cases.verify_memory import VerifyMemory
    from ..infrastructure.memory.coordination.board import Board


_one = providers.ThreadSafeSingleton


class Memory(Work):
    """What is remembered, and every use case of it; all of them stand on the wrapped stores."""

    tiers: providers.Provider[Tiers] = _one(m.tiers, Work.short_store, Work.store, Work.redis, Work.loaded)
    sweeper: providers.Provider[PromotionSweeper] = _one(m.sweeper, Work.short_store, Work.store, Work.clock)
    memory: providers.Provider[TieredMemory] = _one(m.memory, tiers, Work.ids, Work.principal)
    board: providers.Provider[Board] = _one(c.board, Work.loaded, Work.redis, Work.clock, Work.files)
    coordination: providers.Provider[Coordination] = _one(c.coordination, board, Work.scan)
    remember_pattern: providers.Provider[RememberPattern] = _one(m.remember_pattern, memory)
    recall_patterns: providers.Provider[RecallPatterns] = _one(m.recall_patterns, memory)
    list_memory: providers.Provider[ListMemory] = _one(m.list_memory, Work.store)
    show_memory: providers.Provider[ShowMemory] = _one(m.show_memory, Work.store)
    search_memory: providers.Provider[SearchMemory] = _one(m.search_memory, Work.store)
    edit_memory: providers.Provider[EditMemory] = _one(m.edit_memory, Work.store)
    forget_memory: providers.Provider[ForgetMemory] = _one(m.forget_memory, Work.store)
    export_memory: providers.Provider[ExportMemory] = _one(m.export_memory, Work.store)
    import_memory: providers.Provider[ImportMemory] = _one(m.import_memory, Work.store)
    backup_memory: providers.Provider[BackupMemory] = _one(
        m.backup_memory, Work.store, Work.clock, Work.loaded
    )
    verify_memory: providers.Provider[VerifyMemory] = _one(m.verify_memory, Work.store)
    show_memory_stats: providers.Provider[ShowMemoryStats] = _one(m.show_memory_stats, memory, coordination)
