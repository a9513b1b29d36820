"""Memory: the stores in all their wrappers, in the one place where they are stacked, and what is done with them."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from ..domain.ports.clock import Clock
from ..domain.ports.embedder import Embedder
from ..domain.ports.ids import Ids
from ..domain.ports.long_term_store import LongTermStore
from ..domain.ports.pii_scrubber import PiiScrubber
from ..domain.ports.secret_masker import SecretMasker
from ..domain.ports.short_term_store import ShortTermStore
from ..domain.security.principal import Principal, Role
from ..infrastructure.config.loader import LoadedSettings
from .ground import login

if TYPE_CHECKING:
    from ..application.memory.coordination import Coordination
    from ..application.memory.promotion_sweeper import PromotionSweeper
    from ..application.memory.scan import MemoryScan
    from ..application.memory.tiered import TieredMemory
    from ..application.memory.tiers import Tiers
    from ..application.security.audit_trail import AuditTrail
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
    from ..domain.ports.audit_log import AuditLog
    from ..domain.ports.record_cipher import RecordCipher
    from ..infrastructure.common.redis_client import RedisClient


def principal(loaded: LoadedSettings) -> Principal:
    """Whoever uses this store; on a machine of one's own that is a steward of what is there."""
    return Principal(user=loaded.values.user or login(), role=Role.STEWARD)


def scan(scrubber: PiiScrubber, masker: SecretMasker, trail: AuditTrail) -> MemoryScan:
    """What may enter; the audit log is told what was taken out."""
    from ..application.memory.finds import FindsTold
    from ..application.memory.scan import MemoryScan

    return MemoryScan(scrubber, masker, FindsTold(trail))


def raw_store(loaded: LoadedSettings, clock: Clock, files: ExitStack) -> LongTermStore:
    """What is remembered, in one file or in a folder of files; nobody but `wrapped` is handed it."""
    if loaded.values.memory == "json":
        from ..infrastructure.memory.json_files_store import JsonFilesLongTermStore

        return JsonFilesLongTermStore(loaded.values.data_dir / "memory", clock, embedder(loaded))
    from ..infrastructure.memory.sqlite_store import SqliteLongTermStore

    path = loaded.values.data_dir / "memory.db"
    return files.enter_context(closing(SqliteLongTermStore(path, clock, embedder(loaded))))


def embedder(loaded: LoadedSettings) -> Embedder | None:
    """What searches by meaning, where a model is named; it is loaded when something is first searched for."""
    if loaded.values.embedder is None:
        return None
    from ..infrastructure.memory.onnx_embedder import OnnxEmbedder

    return OnnxEmbedder(loaded.values.embedder)


def raw_short_store(
    loaded: LoadedSettings, redis: RedisClient | None, clock: Clock, files: ExitStack
) -> ShortTermStore:
    """What is remembered for a while: in Redis where one is named, else in a file of its own."""
    if redis is not None:
        from ..infrastructure.memory.redis_short_term_store import RedisShortTermStore

        return RedisShortTermStore(redis)
    from ..infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore

    path = loaded.values.data_dir / "working.db"
    return files.enter_context(closing(EmbeddedShortTermStore(clock, path)))


def wrapped_short(raw: ShortTermStore, scan: MemoryScan) -> ShortTermStore:
    """Scanned."""
    from ..application.memory.scanned import ScannedShortTermStore

    return ScannedShortTermStore(raw, scan)


def wrapped(
    raw: LongTermStore,
    cipher: RecordCipher,
    audit: AuditLog,
    scan: MemoryScan,
    principal: Principal,
    clock: Clock,
) -> LongTermStore:
    """From the outside in: scanned, audited, encrypted, guarded, kept for its time.

    Whose an entry is stands beside its ciphertext, so that what may not be read is not even opened.
    """
    from ..application.memory.audited import AuditedLongTermStore
    from ..application.memory.guarded import GuardedLongTermStore
    from ..application.memory.retained import RetainedLongTermStore
    from ..application.memory.scanned import ScannedLongTermStore
    from ..application.memory.sealed import SealedLongTermStore

    store: LongTermStore = RetainedLongTermStore(raw, clock)
    store = GuardedLongTermStore(store, principal)
    store = SealedLongTermStore(store, cipher)
    store = AuditedLongTermStore(store, audit, principal.user)
    return ScannedLongTermStore(store, scan)


def sweeper(raw_short: ShortTermStore, store: LongTermStore, clock: Clock) -> PromotionSweeper:
    """Moves what is due; its values are scanned when they are stashed and when they are stored."""
    from ..application.memory.promotion_sweeper import PromotionSweeper

    return PromotionSweeper(raw_short, store, clock)


def tiers(
    short: ShortTermStore, long: LongTermStore, redis: RedisClient | None, loaded: LoadedSettings
) -> Tiers:
    """Both tiers, and what they stand on."""
    from ..application.memory.tiers import Tiers

    return Tiers(short, long, "embedded" if redis is None else "redis", loaded.values.memory)


def memory(tiers: Tiers, ids: Ids, principal: Principal) -> TieredMemory:
    """What one user remembers."""
    from ..application.memory.tiered import TieredMemory

    return TieredMemory(tiers, ids, principal)


def remember_pattern(memory: TieredMemory) -> RememberPattern:
    """Keep a pattern."""
    from ..application.use_cases.remember_pattern import RememberPattern

    return RememberPattern(memory)


def recall_patterns(memory: TieredMemory) -> RecallPatterns:
    """Find patterns."""
    from ..application.use_cases.recall_patterns import RecallPatterns

    return RecallPatterns(memory)


def list_memory(store: LongTermStore) -> ListMemory:
    """List entries."""
    from ..application.use_cases.list_memory import ListMemory

    return ListMemory(store)


def show_memory(store: LongTermStore) -> ShowMemory:
    """Show an entry."""
    from ..application.use_cases.show_memory import ShowMemory

    return ShowMemory(store)


def search_memory(store: LongTermStore) -> SearchMemory:
    """Search entries."""
    from ..application.use_cases.search_memory import SearchMemory

    return SearchMemory(store)


def edit_memory(store: LongTermStore) -> EditMemory:
    """Put an entry right."""
    from ..application.use_cases.edit_memory import EditMemory

    return EditMemory(store)


def forget_memory(store: LongTermStore) -> ForgetMemory:
    """Forget entries."""
    from ..application.use_cases.forget_memory import ForgetMemory

    return ForgetMemory(store)


def export_memory(store: LongTermStore) -> ExportMemory:
    """Write entries out."""
    from ..application.use_cases.export_memory import ExportMemory

    return ExportMemory(store)


def import_memory(store: LongTermStore) -> ImportMemory:
    """Take entries in."""
    from ..application.use_cases.import_memory import ImportMemory

    return ImportMemory(store)


def backup_memory(store: LongTermStore, clock: Clock, loaded: LoadedSettings) -> BackupMemory:
    """Copy everything."""
    from ..application.use_cases.backup_memory import BackupMemory

    ending = "" if loaded.values.memory == "json" else ".db"
    return BackupMemory(store, clock, str(loaded.values.data_dir / "backups"), ending)


def verify_memory(store: LongTermStore) -> VerifyMemory:
    """Check entries."""
    from ..application.use_cases.verify_memory import VerifyMemory

    return VerifyMemory(store)


def show_memory_stats(memory: TieredMemory, coordination: Coordination) -> ShowMemoryStats:
    """How memory is doing."""
    from ..application.use_cases.show_memory_stats import ShowMemoryStats

    return ShowMemoryStats(memory, coordination)
