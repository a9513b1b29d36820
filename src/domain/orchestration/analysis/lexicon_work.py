"""The words of other work: texts, releases, new code, causes, look-ups, plans, summaries, second opinions."""

from __future__ import annotations

from collections.abc import Mapping

from ...agents.capability import Capability as C
from .cues import Cues

WORK: Mapping[C, Cues] = {
    C.DOCUMENTATION: Cues(
        firm="documentation, >document the|our|all|every|how|this|each, docs, readme, docstring, javadoc, jsdoc, rustdoc, "
        "godoc, doxygen, changelog entry, entry .. changelog|<changelog-path>, tutorial, runbook, "
        "user guide|manual, admin guide|manual, design note|doc|document, adr, api reference, api "
        "doc, reference doc, migration guide, upgrade guide, how to guide, how tos, proofread, spell "
        "check, spelling, grammar, faq, developer guide|doc|handbook, release note, upgrade note, "
        "installation|install guide|instruction, troubleshooting page|guide|section, onboarding "
        "doc|guide, config|configuration reference, developer portal, man page, sphinx, mkdocs, "
        "docusaurus, write .. document, short document, one pager, quickstart, quick start, getting "
        "started, overview page, code comment, comment the, comment .. <path>, broken link, @write .. "
        "guide|manual|tutorial|page|doc|wiki|article|handbook|glossary, contributing guide, help "
        "text, help page, glossary, cheat sheet, docs .. typo, typo in, polish the text, wording, "
        "<doc-path> .. outdated, undocumented, architecture overview, sequence diagram, "
        "inline documentation, api documentation",
        plain="doc, guide, >document, wiki, manual, handbook, diagram, prose, blog post, typo, "
        "snippet, curl example, <changelog-path>, translation, knowledge base",
        loose="page, comment, text, describe, <doc-path>",
        hint="document, comment, page, example, section, link, paragraph",
    ),
    C.RELEASE_PREPARATION: Cues(
        firm="release, ready to ship, ready to release, changelog, version number, release note, release candidate, bump .. "
        "version, version bump, >cut the|a, >ship, tag the, >tag, publish .. "
        "package|pypi|npm|crate|version|release, upgrade note, go live, go no go, rollout, roll out, "
        "semver, release checklist, pre release, app store, hotfix, "
        "<changelog-path>, code freeze, feature freeze, release branch, open blocker, ready for production, launch",
        plain="freeze, rc, publish, release date, ship it, ready to",
        hint="deploy, deployment, announcement, version, tag",
    ),
    C.CODE_GENERATION: Cues(
        firm=">implement, new feature, feature flag for, write .. script|program|function|parser|tool|class|cli|query|"
        "generator|module|client|wrapper|plugin|bot|library|server|macro|exporter|importer|converter, "
        "create .. "
        "script|program|function|module|component|endpoint|service|app|page|table|cli|class|command|tool, "
        ">generate .. code|client|stub|script|model|class, >scaffold, >prototype, >build .. "
        "tool|app|service|system|cli|api|engine|dashboard|site|bot|website|page|backend|frontend|client|server|importer|exporter|pipeline|interface, "
        ">build me, >develop, one liner, new "
        "endpoint|command|page|screen|field|option|api|service|module|button|view|report, crud, add "
        "support, >add .. "
        "button|flag|option|endpoint|field|command|column|page|support|switch|parameter|filter|form|login|menu|method|function|feature|export|import|search|view|argument|validation|retry|cache|logging|mode|widget|hook|metric|toggle|theme, "
        "bash script, shell script, python script, write a cli, >migrate, port .. from .. to, port .. "
        "to .. rust|go|python|java|kotlin|typescript|swift|c++|c#, >move us|our|everything .. to, "
        "upgrade .. across, >upgrade, sql query for, regex for, regular expression for, webhook, "
        "boilerplate for, poc, proof of concept, mvp, >let users|user, >make it possible, github "
        "action for, dockerfile for, docker file for, "
        "migrate .. to .. architecture",
        plain="script, new button|flag|dialog, integrate, integration with, >wire, template for, "
        "automate, hook up, >extend, >introduce, toggle",
        loose=">add, >create, >generate, write me, >build, >make a, >set up",
        hint="add, endpoint, button, flag, build, feature, support",
    ),
    C.DEBUGGING: Cues(
        firm=">debug, crash, traceback, stack trace, stacktrace, core dump, error message, root cause, fail, failing, failure, "
        "broken .. since|after|build, segfault, segmentation fault, <error>, race condition, "
        "heisenbug, deadlock, post mortem, postmortem, does not|n't "
        "work|start|load|compile|respond|build|show, doesn't|isn't|won't|can't|cannot|don't .. "
        "work|start|load|loading|compile|respond|build|connect|reproduce|open|show|appear|run|save, "
        "not working, stopped working, stop working, no longer|longer, 500, 502, 503, 504, 404, 403, "
        "401, outage, nan, logged out, nothing compile|works|happens, stuck, regression .. since|in, "
        "abort, >reproduce, find the cause, what causes, cause of, why .. "
        "fail|crash|break|hang|wrong|abort, bug report, panic, timeout .. on|after|when, what "
        "is|'s wrong, what's wrong, goes wrong, wrong "
        "result|value|total|order|date|number|output|amount, is down, production is, works on my "
        "machine, blow up when, dies, died, missing separator, >bisect, git bisect, returns "
        "none|null|500|wrong, data loss, lost data|record|message, lose record|message|data, corrupt, "
        "corrupted, double charge|booking|entry, charged twice, error .. in|at|when|after|on .. "
        "line|<path>, "
        "infinite loop, blank page, white screen, hangs, disappear, unexpected",
        plain="exception, incorrect, investigate .. why|crash, sporadic, sporadically, intermittent, incident, differ "
        "between, at random, randomly, misbehave, exit code, oom killed, symptom, hang, panics, log .. attached, "
        "break .. when|after|since, unresponsive, >fix .. bug, does not .. any more",
        loose="error, breaks, timeout, freezes, bug, >fix, wrong, down, cause, missing, issue, broken, why, weird, strange, odd, log",
        hint="fix, error, reproduce, production, trace, after, since, log, suddenly, sometimes",
    ),
    C.RESEARCH: Cues(
        firm="research, >compare, comparison of|between, difference between, differences, explain .. to me, >explain, how do .. "
        "differ, pros and cons, pros & cons, pro and con, state of the art, ^state of, find out "
        "whether, look up, literature, publicly known, known about, is it known, >survey, best "
        "practice, investigate whether, what .. people say, ^which .. "
        "library|framework|algorithm|tool|database|language|broker, which "
        "library|framework|algorithm|tool, what .. options for, what .. alternatives, alternatives "
        "to, alternatives, options for, options are, what licen, what license .. have|has, who calls, "
        "who uses, where is|are|do|does .. "
        "defined|set|configured|stored|used|called|handled|implemented|documented, where .. come "
        "from, where in .. code, what does .. mean, what's the .. default, >gather, >map out, versus, "
        "vs, >find out what|which|who|how, last time somebody|someone|we, tried .. last, old tickets, "
        "why did we, who wrote, when did .. change|introduce, history of, trends in, overview of .. "
        "options|tools|market|field, recommend .. library|tool|framework, evaluate .. "
        "library|tool|framework|vendor|provider|option, feasibility, vendor comparison, market, "
        "whitepaper, "
        "how does .. work, how do .. work, what is the difference",
        plain=">learn, ^where is|are|do|does|in, ^who, ^when was|did|does, "
        "find where, trade off, tradeoff, >explore, what do .. do, what did we, map of",
        loose="^what is, ^what's, ^what are, ^how does, ^how do, ^which is, ^what does, ^which, ^how many, ^is there, options, understand, ^why do, ^why does, meaning, find out, ^how, history",
        hint="which, difference, differ, known, whether, learn",
    ),
    C.PLANNING: Cues(
        firm="plan, planning, roadmap, break .. down, break down, work breakdown, >schedule, a schedule, schedule for, "
        "milestone, epic, step by step, prioritize, timeline, backlog, phased, phases, estimate .. "
        "effort|cost|time, the effort, effort estimate, sprint, project plan, lay out .. "
        "steps|order|path|roadmap, strategy for, migration strategy, phased programme, in stages, in "
        "phases, which order, in what order, what .. do first, what .. go first, "
        "next steps, gantt, rollout plan, work packages, user stories, staffing, itinerary, agenda, who does what",
        plain="steps that, next quarter, order of work, stages, quarter, with estimates, prepare the schedule",
        hint="order, phase, step, stage, estimates, quarter",
    ),
    C.SYNTHESIS: Cues(
        firm="summarize, summary, synthesize, synthesis, condense, >combine, combine .. with|into, merge .. report|result|"
        "finding|note|document|list|into .. report|single|one, put together, tl;dr, tl ; dr, tldr, "
        ">consolidate .. report|result|finding|note, digest, one report, half a page, single "
        "assessment|report|document|view, boil .. down, recap, bring together, roll up, executive "
        "summary, one page summary, into one .. report|document|text|list|page|picture, key points, "
        "main points, takeaways, gist, distil, distill, minutes of, collect .. "
        "report|result|finding|answer, "
        "findings of .. agents|team, unify .. reports|findings, aggregate, meeting notes",
        plain="in one sentence, three sentences, in a nutshell, five bullet|bullets, bullet points",
        hint="merge, collect, one page, overview of, results, reports, single, notes",
    ),
    C.CRITIQUE: Cues(
        firm="second opinion, devil 's advocate, devil advocate, >challenge, challenge that|this|the|my, critique, criticize, "
        "poke hole, argue against, play devil, talk me out, talk us out, counter argument, "
        "counterargument, brutally honest, sanity check, push back, tear .. apart, red team, "
        "objection, what would we lose, am i right, tell me .. right, what speaks against, arguments "
        "against, disagree, convince me, weakness of|in .. proposal|idea|plan|argument, holes in, "
        "what could go wrong, premortem, pre mortem, your honest opinion, good idea, bad idea, "
        "shoot .. down, pick .. apart, am i wrong, opinion on",
        plain="proposal, opinion, convince, flaw in, what are we missing, what am i missing",
        hint="idea, honest",
    ),
}
