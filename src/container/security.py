"""Keys, encryption and the audit log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ..domain.ports.audit_log import AuditLog
from ..domain.ports.clock import Clock
from ..domain.ports.key_ring import KeyRing
from ..domain.ports.long_term_store import LongTermStore
from ..domain.ports.pii_scrubber import PiiScrubber
from ..domain.ports.record_cipher import RecordCipher
from ..domain.ports.run_journal import RunJournal
from ..domain.ports.secret_masker import SecretMasker
from ..domain.security.principal import Principal
from ..infrastructure.config.loader import LoadedSettings

if TYPE_CHECKING:
    from ..application.security.audit_trail import AuditTrail
    from ..application.services.agent_tools import Watched
    from ..application.use_cases.init_keys import InitKeys
    from ..application.use_cases.list_audit import ListAudit
    from ..application.use_cases.rotate_keys import RotateKeys
    from ..application.use_cases.show_keys import ShowKeys
    from ..application.use_cases.tell_change import TellChange
    from ..application.use_cases.verify_audit import VerifyAudit
    from ..infrastructure.security.key_rings import BaseKeyRing


def key_ring(loaded: LoadedSettings, env: Mapping[str, str], clock: Clock) -> KeyRing:
    """The environment first, then the keyring of the system where there is one, then a file."""
    from ..infrastructure.security.key_rings import ChainedKeyRing, EnvironmentKeyRing, FileKeyRing
    from ..infrastructure.security.os_keyring import OsKeyRing, os_keyring

    folder, keyring = loaded.values.data_dir, os_keyring()
    rings: list[BaseKeyRing] = [EnvironmentKeyRing(env)]
    rings += [] if keyring is None else [OsKeyRing(keyring, folder, clock)]
    return ChainedKeyRing([*rings, FileKeyRing(folder / "keys.json", clock)])


def cipher(ring: KeyRing) -> RecordCipher:
    """Encrypts what is sensitive."""
    from ..infrastructure.security.aes_gcm import AesGcmCipher

    return AesGcmCipher(ring)


def scrubber() -> PiiScrubber:
    """Takes personal data out of texts."""
    from ..infrastructure.security.pii_scrubber import PIIScrubber

    return PIIScrubber()


def audit(loaded: LoadedSettings, clock: Clock, masker: SecretMasker, scrubber: PiiScrubber) -> AuditLog:
    """The record of what concerns security, masked; its key and its checkpoints lie in another folder."""
    from ..application.security.audit_logger import AuditLogger
    from ..infrastructure.security.json_lines_audit import JsonLinesAuditLog

    folder = loaded.values.data_dir
    log = JsonLinesAuditLog(folder / "audit", folder / "audit-seals", clock)
    return AuditLogger(log, masker, scrubber)


def trail(audit_of: Callable[[], AuditLog], principal: Principal) -> AuditTrail:
    """What runs tell the audit log; it is opened when something is told first."""
    from ..application.security.audit_trail import AuditTrail

    return AuditTrail(audit_of, principal.user)


def journal(raw: RunJournal, trail: AuditTrail) -> RunJournal:
    """The record of runs; what persons are asked, and what they say, is told to the audit log."""
    from ..application.security.audited_journal import AuditedJournal

    return AuditedJournal(raw, trail)


def watched(trail: AuditTrail) -> Callable[[str], Watched]:
    """What goes around the tools of each run."""
    from ..application.security.audited_tools import AuditedExecutor

    def of_run(run: str) -> Watched:
        return lambda tools, agent, granted: AuditedExecutor(tools, trail, run, agent, granted)

    return of_run


def init_keys(ring: KeyRing, audit: AuditLog) -> InitKeys:
    """Make the first key."""
    from ..application.use_cases.init_keys import InitKeys

    return InitKeys(ring, audit)


def show_keys(ring: KeyRing, raw: LongTermStore) -> ShowKeys:
    """Show which keys there are."""
    from ..application.use_cases.show_keys import ShowKeys

    return ShowKeys(ring, raw)


def rotate_keys(ring: KeyRing, cipher: RecordCipher, raw: LongTermStore, audit: AuditLog) -> RotateKeys:
    """Seal with a new key."""
    from ..application.use_cases.rotate_keys import RotateKeys

    return RotateKeys(ring, cipher, raw, audit)


def list_audit(audit: AuditLog) -> ListAudit:
    """List events."""
    from ..application.use_cases.list_audit import ListAudit

    return ListAudit(audit)


def verify_audit(audit: AuditLog) -> VerifyAudit:
    """Check the log."""
    from ..application.use_cases.verify_audit import VerifyAudit

    return VerifyAudit(audit)


def tell_change(trail: AuditTrail) -> TellChange:
    """Tell of a change of settings."""
    from ..application.use_cases.tell_change import TellChange

    return TellChange(trail)
