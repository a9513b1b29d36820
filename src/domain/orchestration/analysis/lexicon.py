"""The words by which the classifier knows a capability, a domain and a complexity.

Each line is a weight and its phrases; a phrase counts once, however often it stands in the task.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from ...agents.capability import Capability as C
from ..requirements import Complexity, TaskDomain
from .words import stem

Cues = Mapping[float, str]

CAPABILITIES: Mapping[C, Cues] = {
    C.CODE_REVIEW: {
        1.0: "code review, review, lint, linter, eslint, pylint, ruff, flake8, black, prettier, format, formatting, mypy, "
        "style guide, coding style, code smell, bug hunt, pull request, merge request, pr, diff, code quality, naming, "
        "type hint, typing, correctness, swallow exception, bare except, correct, mistake, look over, convention, "
        "validate, check the code, judge the code, code base, read through, naming convention, indentation, patch",
        0.5: "check, quality, bug, feedback, inspect, look at, go over, code, implementation, warning, commit",
    },
    C.SECURITY_AUDIT: {
        1.5: "security, vulnerability, vulnerable, exploit, exploitable, xss, csrf, ssrf, injection, sql injection, pentest, "
        "penetration test, threat model, hardening, harden, cve, owasp, attacker, path traversal, secrets, credential, "
        "leaked key, jwt, soc 2, encryption, malicious, hard coded password, hardcoded, supply chain, privilege escalation, "
        "auth hole, weak hash, content-security-policy, httponly, backdoor, sandbox escape, crypto, deserialization",
        1.0: "authentication, authorization, auth, password, token, secret, permission, attack, insecure, tls, certificate, "
        "private key, csp, cookie, pickle, cors, expose, sanitize, debug = true, rbac, api key, hash, oauth, session fixation",
    },
    C.ARCHITECTURE_ANALYSIS: {
        1.5: "architecture, architectural, layering, hexagonal, coupling, cohesion, import cycle, circular import, circular "
        "dependency, dependency cycle, microservice, monolith, redesign, import-linter, god object, module boundary, "
        "bounded context, event sourcing, single point of failure, domain model, system design, multi-tenancy, "
        "clean architecture, ports and adapter, import each other",
        1.0: "layer, structure, cycle, circle, migrate, boundary, package structure, top-level package, module depend, grpc, "
        "message bus, client/server, service split, topology, component depend, decouple, spread over",
        0.5: "module, design, depend, component, plugin system",
    },
    C.TEST_ANALYSIS: {
        1.5: "test coverage, code coverage, branch coverage, line coverage, flaky, well tested, test suite, test quality, "
        "test result, test report, mutation testing, mutation score, how well covered, untested, tested enough, conftest, "
        "redundant test, skipped test, execution order, test gap, well covered, flakiness, fixtures",
        1.0: "coverage, run the test, unit tests, spec, junit, covered, assertion, fixture, test case",
        0.5: "test, tested, testing, suite",
    },
    C.TEST_GENERATION: {
        1.5: "write test, write unit test, add test, write the test, missing test, regression test, generate test, test "
        "generation, smoke test, write pytest, fuzz test, property test, write the unit test, doctest, test harness, "
        "add a regression test, write integration test, need test, with test, write the one that are missing, tests for, "
        "add unit test, cover with test, component test, e2e test, end-to-end test, load test, contract test, test that",
        1.0: "pytest, unit test, integration test, test for, hypothesis, fuzz",
    },
    C.PERFORMANCE_ANALYSIS: {
        1.5: "performance, slow, latency, throughput, memory usage, memory leak, profile, profiling, bottleneck, optimize, "
        "optimization, speed up, speed, faster, n+1, hot loop, hot path, allocation, benchmark, cpu bound, garbage "
        "collector, time complexity, load figure, capacity plan, response time, startup time, query plan, jank, scalability",
        1.0: "memory, cache, cached, cpu, index on, in parallel, gzip, minute, millisecond, ms, efficient, o, time go, "
        "latencies, footprint, scale, ram, concurrent, hang, seconds",
    },
    C.DOCUMENTATION: {
        1.5: "documentation, document the, docs, readme, docstring, javadoc, changelog entry, tutorial, runbook, user guide, "
        "design note, adr, api reference, migration guide, how-to, proofread, spell check, faq, developer guide, release "
        "note, upgrade note, installation guide, troubleshooting page, onboarding doc, config reference, developer portal, "
        "man page, sphinx, mkdocs, docstrings, jsdoc, write a document, short document",
        1.0: "doc, guide, document, overview page, comment the, wiki, glossary, manual, page, comment, snippet, typo, "
        "handbook, cheat sheet, diagram",
    },
    C.REFACTORING_ADVICE: {
        1.5: "refactor, refactoring, duplicate, duplication, dead code, code duplication, clean up, cleanup, simplify, "
        "restructure, technical debt, tech debt, extract, rename, split the function, readable, readability, unify, "
        "guard clause, cyclomatic complexity, cognitive complexity, spaghetti, legacy code, unused function, reusable, "
        "composition, polymorphism, break up, god class, long function, copy-paste, code smell, untangle, convert callback",
        1.0: "identical, remove every trace, inline, merge the two, function longer, deduplicate, nested, convert, "
        "tidy, modularize, decompose, magic number, dry, unused, abstraction, into a helper, inheritance",
    },
    C.DEPENDENCY_AUDIT: {
        1.5: "dependencies, dependency audit, outdated, licence, license, pip-audit, npm audit, lock file, lockfile, "
        "unpinned, unused dependency, requirements.txt, third-party, third party, package.json, go.mod, typosquat, "
        "upgrade of, sbom, dependabot, transitive, pin, cargo.toml, pom.xml, library version, supply chain, package upgrade",
        1.0: "dependency, package version, upgrade, libraries, requirement, deprecated package, vendored",
    },
    C.RELEASE_PREPARATION: {
        1.5: "release, ready to ship, changelog, version number, release note, release candidate, bump the version, cut the, "
        "ship, tag the, publish, upgrade note, go live, rollout, semver, version bump, release checklist, pre-release",
        1.0: "deploy, deployment, announcement, launch, freeze",
    },
    C.CODE_GENERATION: {
        1.5: "implement, new feature, feature, create a script, write a script, build a, build the, build an, add a, scaffold, "
        "generate code, write code, write a function, prototype, one-liner, new endpoint, crud, add an, add support, "
        "migrate, port to, create a, develop, bash script, write a cli, new command, write a parser, webhook, build me",
        1.0: "add, script, upgrade, move us from, endpoint, button, flag, build and",
    },
    C.DEBUGGING: {
        1.5: "debug, crash, traceback, stack trace, exception, error message, root cause, fail, failing, broken, segfault, "
        "typeerror, keyerror, nameerror, valueerror, nullpointerexception, filenotfounderror, indexerror, attributeerror, "
        "importerror, race condition, heisenbug, deadlock, post-mortem, postmortem, does not work, doesn't work, not "
        "working, isn't loading, compile error, cannot reproduce, 500, 502, 404, 503, econnrefused, down, outage, nan, "
        "logged out, nothing compile, stuck, regression, abort, reproduce, find the cause, bug report, panic, timeout",
        1.0: "bug, error, wrong, why does, why is, cause, fix, issue, investigate, sporadic, intermittent, missing, log, hang, "
        "trace, incident, stop working, production, random, differ, incorrect, exit code, return none",
    },
    C.RESEARCH: {
        1.5: "research, compare, comparison, difference between, explain, how does, how do, what is, who call, where is, "
        "alternatives, options for, pros and con, pros, state of, find out whether, look up, literature, known about, "
        "which library, survey, evaluate library, best practice, investigate whether, what are the, is it known, "
        "which algorithm, what licence, what license, where do we, what's the, who calls, publicly known, gather",
        1.0: "explore, learn, find where, understand, which, options, what did, trend, history, when was, vs, versus, why do, "
        "meaning, what does, map out, benchmarks of, recommend, outside, how many",
    },
    C.PLANNING: {
        1.5: "plan, roadmap, break down, schedule, milestone, epic, step by step plan, prioritize, timeline, backlog, phased, "
        "work breakdown, estimate the effort, sprint, project plan, lay out, strategy, programme to, in stages, steps that",
        1.0: "planning, next quarter, quarter, stage, estimates, phase, order of, agenda, itinerary",
    },
    C.SYNTHESIS: {
        1.5: "summarize, summary, synthesize, condense, combine, merge them, put together, tl;dr, tldr, consolidate, digest, "
        "one report, half a page, single assessment, merge the report, boil down, minutes, recap, bring together, roll up",
        1.0: "merge, collect, aggregate, one page, overview of, executive summary",
    },
    C.CRITIQUE: {
        1.5: "second opinion, devil's advocate, challenge, critique, criticize, poke hole, argue against, play devil, talk me "
        "out, counter-argument, counterargument, brutally honest, sanity check, push back, tear apart, red team, objection",
        1.0: "proposal, am i right, convince, propose, proposes, disagree, weakness of, what would we lose, flaw, opinion",
    },
}

DOMAIN_OF: Mapping[C, tuple[TaskDomain, float]] = {
    C.CODE_REVIEW: (TaskDomain.CODE_QUALITY, 0.9),
    C.SECURITY_AUDIT: (TaskDomain.SECURITY, 1.3),
    C.ARCHITECTURE_ANALYSIS: (TaskDomain.ARCHITECTURE, 1.1),
    C.TEST_ANALYSIS: (TaskDomain.TESTING, 1.0),
    C.TEST_GENERATION: (TaskDomain.TESTING, 0.9),
    C.PERFORMANCE_ANALYSIS: (TaskDomain.PERFORMANCE, 1.1),
    C.DOCUMENTATION: (TaskDomain.DOCUMENTATION, 1.0),
    C.REFACTORING_ADVICE: (TaskDomain.REFACTORING, 1.0),
    C.DEPENDENCY_AUDIT: (TaskDomain.CODE_QUALITY, 0.8),
    C.RELEASE_PREPARATION: (TaskDomain.GENERAL, 0.9),
    C.CODE_GENERATION: (TaskDomain.GENERAL, 0.7),
    C.DEBUGGING: (TaskDomain.DEBUGGING, 0.9),
    C.RESEARCH: (TaskDomain.RESEARCH, 0.8),
    C.PLANNING: (TaskDomain.GENERAL, 0.4),
    C.SYNTHESIS: (TaskDomain.GENERAL, 0.5),
    C.CRITIQUE: (TaskDomain.GENERAL, 0.4),
}

COMPLEXITIES: Mapping[Complexity, Cues] = {
    Complexity.SIMPLE: {
        2.0: "format, lint, typo, rename, one line, one-liner, line, single line, bump, pin, spell check, limerick",
        1.0: "check, validate, is there, what is, what's, where is, does, do we, is port, which is, who call, are there, "
        "how many, one sentence, print, list, run, show, convert, remind, smoke test, name the, is our",
    },
    Complexity.MODERATE: {
        1.0: "improve, refactor, optimize, review, audit, investigate, write, find, analyze, add test, explain, document, "
        "evaluate, assess, implement, compare, suggest, harden, why, how, plan, prepare",
    },
    Complexity.COMPLEX: {
        2.5: "redesign, migrate, migration of, release, monorepo, entire platform, whole platform, whole product, entire "
        "product, whole code base, entire code base, full security audit, whole repo, whole repository, complete repository, "
        "all service, every service, end-to-end, due diligence, multi-tenancy, from scratch, rewrite the, company, roadmap",
        1.5: "entire, whole, all, every, across, complete, platform, full, phased, in stages, programme, monolith, "
        "without downtime, year, quarter, system, overhaul, throughout, everything, all of our, multi",
    },
}


@cache
def phrases(cues_of: str) -> tuple[tuple[str, ...], ...]:
    """The stems of each phrase in a comma-separated list."""
    return tuple(tuple(stem(word) for word in phrase.split()) for phrase in cues_of.split(", "))


def weighted(cues: Cues) -> Iterator[tuple[float, tuple[str, ...]]]:
    """Each phrase of `cues`, as stems, with its weight."""
    for weight, listed in cues.items():
        for phrase in phrases(listed):
            yield weight, phrase
