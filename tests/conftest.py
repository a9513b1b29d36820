"""What holds for every test: no request leaves this machine, nothing of its user's settings is read."""

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from muster.infrastructure.evidence import process

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")

FOREIGN_PREFIXES = ("ANTHROPIC_", "AZURE_", "CLICOLOR", "GOOGLE_", "MUSTER_", "OPENAI_", "REDIS_")
FOREIGN_NAMES = {"CI", "FORCE_COLOR", "NO_COLOR"}


class RequestBlockedError(RuntimeError):
    """A test reached for a machine other than this one."""


def is_loopback(host: object) -> bool:
    """Whether `host`, a name or an address as sockets take them, means this machine."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or name in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(name).split("%")[0]).is_loopback
    except ValueError:
        return False


def guarded(original: Callable[..., Any], host_of: Callable[..., object]) -> Callable[..., Any]:
    """`original`, refusing with RequestBlockedError when `host_of` its arguments is another machine."""

    def guard(*args: Any, **kwargs: Any) -> Any:
        host = host_of(*args, **kwargs)
        if not is_loopback(host):
            raise RequestBlockedError(f"a test tried to reach {host!r}; use a fake or a server on 127.0.0.1")
        return original(*args, **kwargs)

    return guard


def host_of_address(sock: socket.socket, *args: Any) -> object:
    """The host in the last argument of connect or sendto; local sockets (AF_UNIX) have none."""
    return args[-1][0] if sock.family in {socket.AF_INET, socket.AF_INET6} else None


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Iterator[None]:
    """Block name look-ups and connections that leave the machine, below every SDK."""
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, method, guarded(getattr(socket.socket, method), host_of_address))
        look_up = guarded(socket.getaddrinfo, lambda host, *args, **kwargs: host)
        patch.setattr(socket, "getaddrinfo", look_up)
        yield


@pytest.fixture(scope="session", autouse=True)
def workers_are_measured_too() -> Iterator[None]:
    """Evidence workers get a clean environment; under coverage they keep the one variable that measures them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "KEPT_ENVIRONMENT", (*process.KEPT_ENVIRONMENT, "COVERAGE_PROCESS_CONFIG"))
        yield


@pytest.fixture(autouse=True)
def nobodys_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No key, address or setting of whoever runs the tests; git commits under a test's name."""
    for name in list(os.environ):
        if name in FOREIGN_NAMES or name.startswith(FOREIGN_PREFIXES):
            monkeypatch.delenv(name)
    home: Path = tmp_path_factory.getbasetemp() / "nobody"
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.invalid")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The one event loop that Muster promises to run on."""
    return "asyncio"
