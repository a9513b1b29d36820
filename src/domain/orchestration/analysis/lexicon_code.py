"""The words of judging and changing code: review, security, structure, tests, speed, refactoring, packages."""

from __future__ import annotations

from collections.abc import Mapping

from ...agents.capability import Capability as C
from .cues import Cues

CODE: Mapping[C, Cues] = {
    C.CODE_REVIEW: Cues(
        firm="code review, review .. code, code quality, quality .. code, judge .. code, pull request, merge request, "
        "lint, linter, eslint, pylint, flake8, ruff, rubocop, clippy, checkstyle, stylelint, "
        "shellcheck, mypy, prettier, golangci, >run black, code smell, style guide, coding style, "
        "coding standard, coding guideline, coding convention, misra, naming convention, type "
        "hint|annotation, swallow .. exception, bare except, pep 8, pep8, look over .. code, @judge "
        ".. diff|patch|pr|commit|implementation, code base .. mistake, quality baseline, clean code, "
        "correctness, "
        "code itself, review .. change, static analysis, dead store, compiler warning, naming .. typing",
        plain="review|look|check|search|scan|audit|hunt .. bug, pr, diff, gofmt, clang format, >format .. <path>, reformat, formatting, indentation, trailing "
        "whitespace, newline, line ending, syntax check, code .. problem, type safety, idiomatic, "
        "readable enough, well formed, valid json|yaml|xml, "
        "similar|more mistake|bug, isort, sonarqube, sonar",
        loose="review, >check, >validate, >verify, >inspect, look over, go over, go through, read through, >judge, "
        "feedback on, honest feedback, what is|'s bad|wrong with, what is bad, mistake, take a look, have a look, health check, audit, "
        "any problem, >assess, >format, sloppy, validate .. yaml|json|toml|xml|config|configuration|schema|syntax|manifest|file, quality of, type, convention",
        hint="code, quality, style, bug, implementation, warning, commit, naming",
    ),
    C.SECURITY_AUDIT: Cues(
        firm="security, insecure, vulnerability, vulnerable, exploit, exploitable, xss, csrf, ssrf, xxe, rce, idor, injection, "
        "sql injection, pentest, penetration test, pen test, threat model, threat, harden, cve, "
        "owasp, attacker, attack surface, path traversal, directory traversal, secret, secrets, "
        "credential, leaked key, jwt, soc 2, encryption, malicious, hard coded "
        "password|secret|key|credential|iv|token, privilege escalation, weak hash|cipher|password, "
        "content security policy, csp, httponly, backdoor, crypto, cryptography, deserialization, "
        "brute force, private key, auth hole, auth bypass, session fixation, session hijack, "
        "clickjacking, open redirect, gdpr, pci, iso 27001, data isolation, hard isolation, least "
        "privilege, rate limit .. login, typosquat, access control, leak .. data|token, supply chain, "
        "security header, content type sniffing, sandbox escape, store .. password, expose .. "
        "internet, "
        "bandit, semgrep, trivy, gitleaks, malware, phishing, spoof, tamper, replay attack, bypass, compromised",
        plain="authentication, authorization, auth, password, permission .. check|missing|too, attack, tls, ssl, "
        "certificate, pickle, cors, expose, exposed, sanitize, debug = true, rbac, api key, oauth, "
        "sso .. login, cookie flag, session cookie, access token, tenant 's, escape .. html, "
        "untrusted, world readable, sniffing, open port, "
        "root .. container, signature verification, expand external entity, external entity, sensitive data, personal data",
        hint="token, permission, cookie, hash, access, tenant, safe, trust, upload, verify, header, leak",
    ),
    C.ARCHITECTURE_ANALYSIS: Cues(
        firm="architecture, architectural, architect, layering, hexagonal, onion architecture, coupling, cohesion, tightly "
        "coupled, decouple, import|dependency|module|package|include cycle, circular "
        "import|dependency|reference, cycle between, dependency graph|direction, microservice, micro "
        "service, monolith, redesign, import linter, god object, module boundary, service boundary, "
        "bounded context, event sourcing, cqrs, event driven, single point of failure, domain model, "
        "system design, multi tenancy, multi tenant, clean architecture, ports and adapter, port .. "
        "adapter, import each other, each other 's internal, depend on each other, separation of "
        "concern, plugin system .. design, overall structure, saner structure, component diagram, c4, "
        "strangler, module .. depend, layer violation, design .. system|platform|service|multi, "
        "structure of .. project|application|service|code|package|repo|system, project structure, "
        "package structure, top level package, cross .. boundary, data flow between, how far .. "
        "spread, "
        "split .. service, client server, split .. into .. module|package|repo|component, where should .. live",
        plain="layer, cyclic, cycle, migrate .. to|from .. rest|grpc|graphql|kafka|database|postgres|mysql|mongo|kubernetes|"
        "cloud|react|typescript|microservice|queue|architecture|server|lambda|serverless, move .. "
        "from .. to .. grpc|rest|postgres|kubernetes, move .. from "
        "rest|soap|grpc|graphql|mysql|oracle|mongo, message bus, topology, spread over, spread .. "
        "across, depend on .. component, each depends on, import .. from .. layer, still .. depend "
        "on, under .. depend on, module .. import, swap .. for, replaceable, wrong direction, leak "
        "into, state management, "
        "plugin architecture, boundary, modular, responsibility, abstraction leak",
        loose="migrate, structure, which module, depend on",
        hint="module, design, depend, component, plugin system, subsystem, layered, circle",
    ),
    C.TEST_ANALYSIS: Cues(
        firm="test coverage, code coverage, branch coverage, line coverage, coverage report, coverage, flaky, flakiness, well "
        "tested, test suite, e2e suite, end to end suite, test quality, test result, test report, "
        "mutation testing|score, untested, not tested, tested enough, enough test, conftest, "
        "redundant|duplicate test, skipped|disabled test, execution order, test gap, well .. covered, "
        "test .. cover, which test, do .. test .. cover, slow test, quality of .. test|fixture, run "
        ".. test, junit, test smell, sleep .. test, test pyramid, meaningful test, @judge .. "
        "test|tests|fixture|spec|suite, test .. pass|skip|fail .. randomly|sometimes, intermittent "
        "test, "
        "brittle test, unreliable test, what .. test .. cover, our tests, replace .. unit test, assert nothing",
        plain="suite, our fixture, spec|test depend|depends, mocked, shard, tester, test name, xfail, "
        "how many test, are .. tests, quarantine, rerun, code .. tests",
        loose="test, <test-path>",
        hint="spec, fixture, assertion, skipped, covered, <test-path>",
    ),
    C.TEST_GENERATION: Cues(
        firm="@write .. test|tests, @write .. test case, @write .. test for, missing test, regression test, test generation, "
        "smoke test, fuzz test, property test, property based test, doctest, test harness, unit test "
        "for, test for, integration test for, pytest case, cover .. with test, cover .. by test, "
        "component test, e2e test, end to end test, load test, contract test, >test that, with test, "
        "including test, and test, test drive, tdd, write .. one that are missing, write .. spec, add "
        ".. spec, has no test, have no test, no test yet, zero .. test, without a test, @write .. "
        "fixture, test data, parametrize .. test, characterization test, golden test, acceptance "
        "test, convert .. test, rewrite .. test, port .. test, replace .. test .. by|with, table "
        "driven test, snapshot test for, "
        "test first",
        plain="pytest, hypothesis, fuzz, unit test, integration test, untested branch, test double, mock .. for, edge case",
        hint="test, jest, vitest, junit",
    ),
    C.PERFORMANCE_ANALYSIS: Cues(
        firm="performance, slow, slowly, slowness, sluggish, slower, latency, latencies, throughput, memory usage, memory leak, memory "
        "consumption, leak memory, memory .. grow, profile .. <path>, profiler, profiling, >profile, "
        "bottleneck, optimize, optimization, speed up, speed, faster, n+1, n + 1, hot loop, hot path, "
        "allocation, benchmark, cpu bound, io bound, garbage collect, garbage collector, time "
        "complexity, big o, load figure, capacity plan, capacity planning, response time, startup "
        "time, start up time, build time, load time, query plan, jank, scalability, scale to, time "
        "goes, takes .. minute|second|hour|ms|age|forever|long, need <number> .. minute|second, "
        "take|takes .. <number> .. minute|second|hour, requests per second, in parallel, cpu usage, "
        "disk usage, bundle size, image size, binary size, "
        "membership lookup, concatenate .. loop, cache hit, oom, out of memory .. why, p95, p99, rps, qps, lag, o (",
        plain="index on, missing index, cpu, gzip, compression, millisecond, efficient, inefficient, "
        "footprint, ram, memory, recompute, batch .. query, lazy load, connection pool, thread pool, reduce .. time|size|"
        "memory, too much memory|time|cpu, time ., hot spot, hotspot, vectorize, heap, prefetch",
        loose="scale, cache, concurrent, concurrency, parallel, parallelize, size, takes too long",
        hint="minute, ms, second, index, query, hour, loop, render",
    ),
    C.REFACTORING_ADVICE: Cues(
        firm="refactor, duplicate, duplication, duplicated, dead code, code duplication, clean up, cleanup, simplify, "
        "technical debt, tech debt, extract, >rename, readable, readability, unreadable, unify, guard "
        "clause, cyclomatic complexity, cognitive complexity, high complexity, highest complexity, "
        "too complex, spaghetti, legacy code, unused "
        "function|code|variable|class|method|parameter|import, unreachable code, reusable, "
        "composition, polymorphism, god class, long function|method|parameter|class, function .. "
        "long, function longer, copy paste, copy and paste, untangle, disentangle, convert callback, "
        "convert .. async|dataclass|type|hook|class|generator|esm|enum, magic number, split .. "
        "function|class|file|method|up, break .. up .. into, break .. into module|function|smaller, "
        "rewrite .. in|as|using, early return, deeply nested, nesting, dedupe, deduplicate, dry up, "
        "strategy pattern, inheritance pyramid|hierarchy|tree, switch statement, if else, remove "
        "every trace, merge .. identical|duplicate|block|class, generic repository, long parameter "
        "list, feature envy, global variable, global state, tidy up, decompose, inline .. "
        "function|variable|method, >inline, modernize, dead branch, modularize, adapt .. pattern, "
        "pull .. out, move .. into .. "
        "function|class|module|file|package|helper, into a helper, boilerplate, get rid of, port .. to",
        plain="identical, rename, merge the two, nested, tidy, unused, abstraction, helper, inheritance, "
        "convoluted, complicated, same behaviour, behavior .. same|unchanged, >remove, split up, "
        "shorter, obsolete, flatten, encapsulate, extract method, one place, consolidate, turn .. "
        "into .. "
        "class|function|module, >convert, throw out, delete",
        loose="restructure, messy, never used, not used, replace .. by|with",
        hint="mess, complexity, split, legacy, replace, function, class, clean",
    ),
    C.DEPENDENCY_AUDIT: Cues(
        firm="dependencies, our dependency, dependency audit|update|tree|version, outdated .. package|library|dependency, "
        "outdated, licens .. check|audit|compatible|of our, pip audit, npm audit, cargo audit, lock "
        "file, lockfile, unpinned, unused dependency|dependencies|package, third party, "
        "<dependency-path>, typosquat, upgrade .. library|package|from|of, sbom, dependabot, "
        "renovate, transitive, >pin, pinned, package version, library version, version conflict, "
        "supply chain, package upgrade, deprecated package|library, vendored, end of life, "
        "licence|license .. gpl|mit|apache, gpl, copyleft, permissive license, >upgrade, bump <path>, "
        "risky dependency, which of our packages, "
        "install script, abandoned .. package|library, unmaintained, cve .. package|library|dependency|version",
        plain="dependency, library|package .. outdated|old, npm, pip, maven, cargo, gradle",
        loose="upgrade, license",
        hint="library, package, version, dependency, requirement, maintained",
    ),
}
