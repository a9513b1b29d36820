"""Compose files, Kubernetes manifests and GitHub workflows, read as YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from ..file_facts import RawFinding

MARKS = (
    b"privileged", b"hostNetwork", b"hostPID", b"hostIPC", b"network_mode", b"docker.sock", b"pull_request_target",
    b"github.event", b"github.head_ref", b"insecure-skip-tls-verify", b"insecureSkipVerify",
)  # fmt: skip
TRUE = frozenset({"true", "yes", "on"})
Place = tuple[tuple[str, ...], yaml.ScalarNode]
HEAD = re.compile(r"github\.event\.pull_request\.head\.|github\.head_ref|refs/pull/")
GIVEN = re.compile(
    r"\$\{\{[^}]{0,200}\bgithub\.(?:head_ref\b|event\.(?:issue\.(?:title|body)"
    r"|pull_request\.(?:title|body|head\.(?:ref|label))"
    r"|comment\.body|review\.body|review_comment\.body|discussion\.(?:title|body)|head_commit\.message|commits[^}]{0,30}message))"
)
SWITCHES: dict[str, tuple[str, str, float, str, str, int]] = {
    "privileged": ("docker-privileged", "high", 0.8,
        "The container is privileged: a program that breaks out of its own bounds owns the host",
        "Take it away, and add only the devices or capabilities that are needed (devices, cap_add).", 250),
    "hostNetwork": ("host-network", "medium", 0.8,
        "The pod shares the network of its host, and so sees what listens there",
        "Use a service or a host port.", 668),
    "hostPID": ("host-processes", "medium", 0.8,
        "The pod sees and can signal all processes of its host",
        "Take it away.", 668),
    "hostIPC": ("host-memory", "medium", 0.8,
        "The pod shares the memory of processes of its host", "Take it away.", 668),
    "insecure-skip-tls-verify": ("tls-not-verified", "high", 0.8,
        "The certificate of the server is not checked",
        "Give the certificate authority instead.", 295),
    "insecureSkipVerify": ("tls-not-verified", "high", 0.7, "The certificate of the server is not checked",
        "Give the certificate authority instead.", 295),
}  # fmt: skip


def manifest(source: bytes, _language: str) -> Iterator[RawFinding]:
    """Findings of one YAML file; those without a mark are not parsed. Raises ValueError for what is no YAML."""
    if not any(mark in source for mark in MARKS):
        return
    lines = source.decode(errors="replace").split("\n")
    try:
        documents = list(yaml.compose_all(source, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise ValueError(f"is not valid YAML at line {line}") from error
    except yaml.YAMLError as error:
        raise ValueError("is not valid YAML") from error
    for document in documents:
        places = list(_scalars(document))
        yield from _switched_on(places, lines)
        yield from _workflow(places, lines)


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _scalars(document: yaml.Node) -> Iterator[Place]:
    """Each scalar value with the keys that lead to it, without recursion; an anchor's content is visited once."""
    waiting: list[tuple[tuple[str, ...], yaml.Node]] = [((), document)]
    seen: set[int] = set()
    while waiting:
        keys, node = waiting.pop()
        if isinstance(node, yaml.ScalarNode):
            yield keys, node
        elif id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, yaml.MappingNode):
                waiting += [((*keys, str(key.value)), value) for key, value in reversed(node.value)]
            elif isinstance(node, yaml.SequenceNode):
                waiting += [((*keys, "[]"), value) for value in reversed(node.value)]


def _switched_on(places: list[Place], lines: list[str]) -> Iterator[RawFinding]:
    for keys, node in places:
        key = keys[-1] if keys else ""
        if key in SWITCHES and node.value.lower() in TRUE:
            rule, severity, confidence, message, suggestion, cwe = SWITCHES[key]
            yield _finding(node, lines, rule, severity, confidence, message, suggestion, cwe)
        elif "docker.sock" in node.value and _is_mount(keys):
            yield _finding(
                node, lines, "docker-socket", "high", 0.7,
                "The container may speak to the Docker daemon, and so start any container as root of the host",
                "Take the socket away, or put a proxy before it that lets only the needed calls through.", 250,
            )  # fmt: skip
        elif key == "network_mode" and node.value == "host":
            yield _finding(
                node, lines, "host-network", "low", 0.8,
                "The container shares the network of its host, and so sees what listens there",
                "Publish the ports that are needed.", 668,
            )  # fmt: skip


def _is_mount(keys: tuple[str, ...]) -> bool:
    return "volumes" in keys or keys[-1:] in {("path",), ("hostPath",), ("source",)}


def _workflow(places: list[Place], lines: list[str]) -> Iterator[RawFinding]:
    """PyYAML reads the key `on` as text here, for nodes are not resolved."""
    trusted = any(
        keys[:1] == ("on",) and "pull_request_target" in (*keys, node.value) for keys, node in places
    )
    for keys, node in places:
        if trusted and keys[-2:] == ("with", "ref") and HEAD.search(node.value):
            yield _finding(
                node, lines, "workflow-runs-strangers", "high", 0.75,
                "The workflow has the secrets of the repository and checks out the code of a pull request: "
                "what it then runs, a stranger wrote",
                "Use pull_request, or check out only the base; never build the head with secrets at hand.", 829,
            )  # fmt: skip
        elif keys[-1:] == ("run",) and keys[:1] == ("jobs",) and GIVEN.search(node.value):
            yield _finding(
                node, lines, "workflow-injection", "high", 0.8,
                "Text that a stranger writes becomes part of a shell command of the workflow",
                "Pass it in env: and quote the variable in the command.", 78,
            )  # fmt: skip


def _finding(
    node: yaml.Node,
    lines: list[str],
    rule: str,
    severity: str,
    confidence: float,
    message: str,
    suggestion: str,
    cwe: int,
) -> RawFinding:
    line = node.start_mark.line + 1
    return RawFinding(
        rule=rule, message=message, severity=severity, confidence=confidence, category="security", line=line,
        quote=lines[line - 1].strip()[:200] if line <= len(lines) else "", family=rule, suggestion=suggestion, cwe=cwe,
    )  # fmt: skip
