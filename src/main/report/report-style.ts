/** Style of the report page: light and dark by the reader's setting, figures always on light paper, A4 in print. */
export const reportStyle = `
:root { color-scheme: light dark; --paper: #ffffff; --ground: #f3f5f7; --ink: #1f2933; --quiet: #5b6770; --line: #d9dfe5;
  --soft: #f7f9fb; --accent: #005a8f; --good: #1b6e3c; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #161b21; --ground: #0e1216; --ink: #e4e9ee; --quiet: #9aa7b4; --line: #2f3942;
  --soft: #1c232a; --accent: #6cb8ea; --good: #6cc990; --bad: #ff8f87; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 40px 56px 64px; background: var(--paper); }
header { border-bottom: 3px solid var(--accent); padding-bottom: 18px; }
.kind { margin: 0; color: var(--accent); font-size: 13px; font-weight: 600; letter-spacing: .06em; text-transform: uppercase; }
h1 { margin: 4px 0 6px; font-size: 28px; line-height: 1.25; overflow-wrap: anywhere; }
.subtitle { margin: 0; color: var(--quiet); }
h2 { margin: 44px 0 12px; padding-bottom: 6px; border-bottom: 1px solid var(--line); font-size: 20px; }
p { max-width: 46em; }
a { color: var(--accent); }
nav ol { display: flex; flex-wrap: wrap; gap: 2px 22px; margin: 18px 0 0; padding: 0; list-style: none; font-size: 14px; }
.headline { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 18px 0; }
.headline div { padding: 12px 14px; border: 1px solid var(--line); border-radius: 8px; background: var(--soft); }
.headline dt { color: var(--quiet); font-size: 13px; }
.headline dd { margin: 2px 0 0; font-size: 19px; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; }
.headline dd small { display: block; margin-top: 3px; color: var(--quiet); font-size: 12.5px; font-weight: 400; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 3px 22px; margin: 0; font-size: 14px; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.facts .mono { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 12.5px; }
.wide { overflow-x: auto; margin: 18px 0; }
table { width: 100%; border-collapse: collapse; font-size: 13.5px; line-height: 1.4; }
caption { caption-side: top; padding: 0 0 6px; color: var(--quiet); text-align: left; }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 400; overflow-wrap: anywhere; }
tbody th:not(.number) { min-width: 11em; } tbody .long { min-width: 20em; }
tbody th, thead th:first-child { position: sticky; left: 0; background: var(--paper); }
tbody tr:nth-child(even), tbody tr:nth-child(even) th { background: var(--soft); }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
thead .number { white-space: normal; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
.quiet { color: var(--quiet); } th.strong, .strong { font-weight: 650; }
figure { margin: 20px 0; padding: 14px; border: 1px solid var(--line); border-radius: 8px; background: #ffffff; break-inside: avoid; }
figure svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
figcaption small { overflow-wrap: anywhere; } figcaption a { color: #005a8f; }
.notice { padding: 8px 12px; border-left: 4px solid var(--bad); background: var(--soft); }
figcaption { margin-top: 8px; color: #5b6770; font-size: 13.5px; text-align: center; }
details { margin: 18px 0; border: 1px solid var(--line); border-radius: 8px; padding: 8px 14px; }
summary { cursor: pointer; }
pre { max-height: 420px; overflow: auto; font-size: 12px; line-height: 1.4; }
footer { margin-top: 48px; color: var(--quiet); font-size: 13px; }
@media (max-width: 700px) { main { padding: 20px 16px; } .facts { grid-template-columns: 1fr; } .facts dd { margin-bottom: 6px; } }
@page { size: A4; margin: 16mm; }
@media print { :root { color-scheme: light; --paper: #fff; --ground: #fff; --ink: #000; --quiet: #444; --line: #bbb; --soft: #fff; --accent: #003f66;
  --good: #14532d; --bad: #8c1d18; } body { font-size: 10pt; } main { max-width: none; padding: 0; } nav, details { display: none; } .wide { overflow: visible; } tbody .long { min-width: 0; }
  table { font-size: 8pt; } th, td { padding: 2pt 4pt; } tr { break-inside: avoid; } thead { display: table-header-group; } h2 { break-after: avoid; } }
`
