"""The words that say how large a task is, and those of everyday life, which is not software."""

from __future__ import annotations

from .cues import Cues

COMPLEX = Cues(
    firm="redesign, >migrate, migration of|from|to, >release, major|minor|next|new|the release, cut .. release, prepare .. "
    "release, monorepo, entire|whole|complete @part, all|every|each .. @part, <number> @part, "
    "<number> .. @part, entire|whole .. "
    "system|platform|product|company|path|application|landscape|estate|stack|history, all of "
    "our|the|them .. @part, practically|nearly|almost all .. @part, across "
    "all|every|the|our|<number>, full .. audit, due diligence, multi tenancy, from scratch, overhaul, "
    "rewrite the .. system|application|backend|frontend, without downtime, zero downtime, in stages, "
    "in phases, phased, company wide, organization wide, all .. pages, re architect, re platform, "
    "monolith, split .. into services, end to end .. system, two|three|four|several|over .. quarters, "
    "coming year, merger, takeover, acquisition, soc 2, iso 27001, "
    "distributed transaction, large scale, >review everything, >build .. system|platform|engine|product, cross cutting, throughout the, every .. we use|run|have|own",
    plain="whole, entire, platform, across, programme, ecosystem, everywhere in, everything, fleet, landscape",
    hint="all, every, complete, system, year, quarter, roadmap, months",
)
SIMPLE = Cues(
    firm=">format, reformat, >lint, lint, linter, typo, >rename, one liner, line <number>, in line <number>, on line <number>, "
    "this line, single line, one line, bump, >pin, spell check, one sentence, >validate, ^is there, "
    "^are there, ^is port, ^do we, ^does .. have|still|set|use|support, ^who calls|uses|wrote|owns, "
    "^where is|are, ^when was|did, ^what's, how many, ^which version|port|file, ^print, ^list, ^show, "
    "^convert <number>|<measure>, ^sort, ^count, ^time, only show, show only, tl;dr, tl ; dr, run .. "
    "and tell|show, >run .. over, smoke test, entry .. <changelog-path>, what licence|license .. "
    "have, what .. mean, name the .. that, into a helper, two identical, tell me .. whether, still .. "
    "under, check whether|that|if, limerick, remind, ^add .. flag, three lines, ^explain this line, "
    "time complexity of, ^test that, ^check .. "
    "link|contract|syntax|newline|format|formatting, a guard clause, quick|quickly, ^is .. enabled|set|exposed|pinned|up",
    plain=">check, ^does, ^do, ^has, ^have we|you, ^what is, ^which is, ^run, ^what does, ^is .. still, 404, ^who, ^where",
    hint="line, show, just, only, name",
)
MODERATE = Cues(
    firm=">improve, >refactor, >optimize, >review, >audit, >investigate, >find, >write, >analyze, add .. tests, >document, "
    ">evaluate, >assess, >implement, >compare, >suggest, >harden, why, >plan, find out, look for, "
    ">criticize, >design, >simplify, look over, take a look, write, >draw up, >challenge, "
    "vulnerability, guide, >reduce, help me, lay .. out, identify, "
    "which of our, who pulls, options, pros, best, maintained, exploitable, could an attacker, cause",
    plain=">explain, how, suspect, >extract, >restructure, investigate, critique, suggest, >prepare, >break, sporadic, "
    "race condition, at random, anywhere, security, vulnerabilities, against our, convention",
    hint="should, would, could, opinion",
)

SOFTWARE = (
    "code, software, api, server, database, repo, repository, module, package, library, framework, "
    "service, <path>, <error>, test, deploy, cli, sql, query, function, class, python, java, "
    "javascript, typescript, rust, go, docker, kubernetes, git, github, endpoint, backend, frontend, "
    "app, application, cloud, bug, release, version, script, compile, plugin, algorithm, browser, "
    "http, sqlite, postgres, redis, dependency, architecture, parser, build, ci, monorepo, pipeline, "
    "developer, crm, css, html, ui, login, user, data center, system, webassembly, dev, protocol, "
    "ticket, scheduler, sso, edition, port, trunk"
)
EVERYDAY = (
    "train, flight, flights, hotel, restaurant, recipe, dinner, lunch, breakfast, cake, birthday, "
    "wedding, holiday, holidays, vacation, trip, weekend, landlord, garden, plant, plants, weather, "
    "news, football, theatre, theater, concert, opera, play, hamlet, film, movie, song, poem, "
    "limerick, haiku, eulogy, aunt, uncle, grandmother, mother, father, wife, husband, daughter, son, "
    "kids, dog, cat, party, offsite, village, fete, choir, doctor, dentist, rent, heating, furniture, "
    "kitchen, car, bicycle, bike, school, homework, invitation, toast, speech, groceries, shopping "
    "list, celsius, fahrenheit, museum, beach, hiking, marathon, cooking, wine, coffee, testament, "
    "notary, lease, protest, march, contestant, contest, quiz, church, mayor, speeches, letter, cover "
    "letter, job interview, book .. seat|table|room|ticket, ticket for, tickets for, meal, diet, "
    "yoga, gym, moving house, christmas, easter, gift, present, family, friend"
)
