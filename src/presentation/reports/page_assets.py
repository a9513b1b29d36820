"""Style and script of the HTML page; both stand in the page itself, which loads nothing."""

STYLE = """
:root { color-scheme: light dark;
  --ground: #f4f5f7; --card: #ffffff; --ink: #1a2230; --soft: #5a6576; --line: #e1e5eb; --code: #f2f4f7;
  --good: #1f8a5b; --fair: #b97a0a; --bad: #c2352f; --accent: #3457b2; --hatch: #c6ccd6;
  --critical: #a3123a; --high: #d1472b; --medium: #bd7f0d; --low: #2c78b4; --info: #6c7888; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #0e131a; --card: #161d27; --ink: #e5eaf1; --soft: #98a4b5; --line: #283240; --code: #0f151d;
  --good: #45c08a; --fair: #e3ae47; --bad: #f0716a; --accent: #8fabf5; --hatch: #3a4656;
  --critical: #f2648b; --high: #f28465; --medium: #e3b04b; --low: #69b1e8; --info: #94a1b2; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main, footer { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 2rem; }
h1 { font-size: 1.65rem; line-height: 1.25; margin: .35rem 0 .6rem; overflow-wrap: anywhere;
  text-wrap: balance; }
h2 { font-size: 1.1rem; margin: 0 0 .9rem; }
h2 small { font-weight: 400; color: var(--soft); margin-left: .5rem; font-size: .9rem; }
p { margin: .3rem 0; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace;
  font-size: .85rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.35rem 1.5rem;
  margin-bottom: 1.1rem; }
.hero { display: grid; grid-template-columns: 1fr auto; gap: 2rem; align-items: center; }
.brand { color: var(--soft); font-size: .8rem; letter-spacing: .09em; text-transform: uppercase; }
.pill { display: inline-block; border-radius: 99px; padding: .12rem .8rem; font-weight: 650;
  font-size: .92rem; border: 1.5px solid currentColor; text-transform: capitalize; margin-right: .5rem; }
.good { color: var(--good); } .fair { color: var(--fair); } .bad { color: var(--bad); }
.soft { color: var(--soft); }
.dial { width: 9.5rem; height: 9.5rem; display: block; }
.dial circle { fill: none; stroke-width: 11; }
.dial .track { stroke: var(--line); }
.dial .none { stroke: var(--hatch); stroke-dasharray: 3 4; }
.dial .value { stroke: currentColor; stroke-linecap: round; }
.dial text { fill: var(--ink); text-anchor: middle; font-weight: 700; font-size: 30px; }
.dial .under { fill: var(--soft); font-weight: 500; font-size: 11px; }
.facts { display: flex; flex-wrap: wrap; gap: .55rem 2.2rem; margin: 1.1rem 0 0; }
.facts dt { color: var(--soft); font-size: .78rem; } .facts dd { margin: 0; font-weight: 600; }
.grid { display: grid; grid-template-columns: 8.6rem 2.6rem minmax(6rem, 1fr) 7.8rem; gap: .3rem 1rem;
  align-items: center; margin-bottom: .85rem; }
.grid .why { grid-column: 3 / -1; color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
.name { text-transform: capitalize; font-weight: 600; } .number { text-align: right;
  white-space: nowrap;
  font-variant-numeric: tabular-nums; font-weight: 600; }
.bar { display: block; width: 100%; height: .62rem; border-radius: 99px; background: var(--line);
  overflow: hidden; }
.bar rect { fill: currentColor; }
.hatched { background: repeating-linear-gradient(-45deg, var(--hatch) 0 4px, transparent 4px 9px);
  border: 1px solid var(--hatch); }
.gates { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: .7rem; padding: 0;
  margin: 0; list-style: none; }
.gates li { border: 1px solid var(--line); border-left: 4px solid currentColor; border-radius: 10px;
  padding: .55rem .85rem; }
.gates li > div { color: var(--ink); display: flex; justify-content: space-between; gap: 1rem; }
.gates b { white-space: nowrap; } .gates p { color: var(--soft); font-size: .85rem; }
.gates li.gap { border-style: dashed; color: var(--soft); }
.filters { display: flex; flex-wrap: wrap; gap: .5rem .8rem; align-items: center;
  margin: .8rem 0 1rem;
  padding-bottom: 1rem; border-bottom: 1px solid var(--line); font-size: .88rem; }
.filters[hidden] { display: none; }
.filters label { display: inline-flex; gap: .35rem; align-items: center; }
.filters input[type=search], .filters select { font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--line); border-radius: 8px; padding: .3rem .6rem; max-width: 9rem; }
.filters output { margin-left: auto; color: var(--soft); }
.file { margin: 0 0 .9rem; content-visibility: auto; contain-intrinsic-size: auto 20rem; }
.file > summary { cursor: pointer; padding: .3rem 0; overflow-wrap: anywhere; }
.file > summary code { font-weight: 650; font-size: .9rem; }
.finding { border-left: 4px solid currentColor; border-radius: 3px 10px 10px 3px; background: var(--ground);
  padding: .6rem .95rem .65rem; margin: .5rem 0; }
.finding > * { color: var(--ink); }
.finding .severity { text-transform: uppercase; font-size: .74rem; font-weight: 700; letter-spacing: .05em; }
.meta { display: flex; flex-wrap: wrap; gap: .1rem .9rem; color: var(--soft); font-size: .82rem;
  align-items: baseline; }
.meta .place { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
.finding .meta { color: var(--soft); }
.finding p.says { font-weight: 550; margin: .15rem 0 .35rem; }
.finding pre { margin: .4rem 0; padding: .5rem .75rem; background: var(--code); border: 1px solid var(--line);
  border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
.critical { color: var(--critical); } .high { color: var(--high); } .medium { color: var(--medium); }
.low { color: var(--low); } .info { color: var(--info); }
.finding .severity.critical { color: var(--critical); } .finding .severity.high { color: var(--high); }
.finding .severity.medium { color: var(--medium); } .finding .severity.low { color: var(--low); }
.finding .severity.info { color: var(--info); }
a { color: var(--accent); }
.agent { display: grid; grid-template-columns: 13rem minmax(5rem, 1fr) 6rem; gap: .25rem 1rem;
  align-items: center; padding: .65rem 0; border-top: 1px solid var(--line); }
.agent:first-of-type { border-top: 0; padding-top: 0; }
.agent .says { grid-column: 2 / -1; font-size: .9rem; } .agent .bar { color: var(--accent); }
.agent code { font-weight: 650; overflow-wrap: anywhere; }
.calls { width: 100%; border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
.calls th { text-align: left; color: var(--soft); font-weight: 600; }
.calls th, .calls td { padding: .35rem .8rem .35rem 0; border-top: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; }
.calls td:first-child { color: var(--soft); }
h3 { font-size: 1rem; margin: 0; } h3 small { font-weight: 400; color: var(--soft); margin-left: .5rem; }
.decision { padding: .65rem 0; border-top: 1px solid var(--line); }
.decision:first-of-type { border-top: 0; padding-top: 0; }
.decision blockquote { margin: .5rem 0; padding: .3rem .95rem; border-left: 4px solid var(--accent);
  overflow-wrap: anywhere; }
.choice { display: grid; grid-template-columns: minmax(8rem, 2fr) minmax(5rem, 3fr) 4rem; gap: .25rem 1rem;
  align-items: center; overflow-wrap: anywhere; } .choice .bar { color: var(--accent); }
.waits { grid-template-columns: 1fr; } .waits code { user-select: all; }
.diff { font-size: .85rem; overflow-x: auto; } .diff .more { color: var(--good); }
.diff .less { color: var(--bad); } .diff .place, .diff .same { color: var(--soft); }
.missed { margin: 0; padding-left: 1.1rem; font-size: .9rem; overflow-wrap: anywhere; }
footer { color: var(--soft); font-size: .85rem; padding-bottom: 2.5rem; }
[hidden] { display: none !important; }
@media (max-width: 44rem) {
  .hero { grid-template-columns: 1fr; gap: 1rem; } .card { padding: 1.1rem; } main { padding-top: 1rem; }
  .grid { grid-template-columns: 1fr auto auto; } .grid .bar, .grid .why { grid-column: 1 / -1; }
  .grid .bar { order: 1; } .grid .why { order: 2; }
  .agent { grid-template-columns: 1fr auto; } .agent .bar, .agent .says { grid-column: 1 / -1; order: 1; }
}
@media print {
  :root { --ground: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --code: #fff;
    color-scheme: light; }
  body { font-size: 11pt; } .filters { display: none; } .card { border: 0; padding: .5rem 0; }
  .finding, .agent, .gates li { break-inside: avoid; } .file { content-visibility: visible; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .bar, .hatched, .pill, .finding { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""

SCRIPT = """
(() => {
  const form = document.querySelector('.filters');
  if (!form) return;
  const findings = [...document.querySelectorAll('.finding')];
  const files = [...document.querySelectorAll('.file')];
  const shown = form.querySelector('output');
  const apply = () => {
    const boxes = [...form.querySelectorAll('input[type=checkbox]:checked')];
    const severities = new Set(boxes.map(box => box.value));
    const agent = form.agent.value;
    const words = form.words.value.trim().toLowerCase();
    let count = 0;
    for (const finding of findings) {
      const agents = [...finding.querySelectorAll('[data-agent]')].map(item => item.dataset.agent);
      const hit = severities.has(finding.dataset.severity)
        && (!agent || agents.includes(agent))
        && (!words || finding.closest('.file').dataset.file.toLowerCase().includes(words));
      finding.hidden = !hit;
      count += hit ? 1 : 0;
    }
    for (const file of files) file.hidden = !file.querySelector('.finding:not([hidden])');
    shown.value = count + ' of ' + findings.length + ' shown';
  };
  form.hidden = false;
  form.addEventListener('input', apply);
  form.addEventListener('submit', event => event.preventDefault());
  apply();
})();
"""
