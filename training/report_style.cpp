#include "training/report_sections.h"

namespace radiopath::training {

const char* const kReportStyle = R"css(
:root { --ink: #1a1a1a; --soft: #595959; --rule: #c8c8c8; --pale: #f6f6f4; --accent: #0072b2; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: var(--ink);
  font: 16px/1.55 "Source Sans 3", "Helvetica Neue", Helvetica, Arial,
  "Liberation Sans", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums lining-nums; }
main { max-width: 1120px; margin: 0 auto; padding: 2.2rem 1.4rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .3rem; font-weight: 650; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .6rem; padding-top: .7rem; border-top: 1px solid var(--rule);
  font-weight: 650; }
h3 { font-size: 1rem; margin: 1.5rem 0 .4rem; font-weight: 650; }
p, ul { max-width: 74ch; margin: .5rem 0 .8rem; }
ul { padding-left: 1.2rem; }
li { margin: .25rem 0; }
a { color: var(--accent); }
.sub { color: var(--soft); margin: 0; }
.finding { font-size: 1.12rem; border-left: 4px solid var(--accent); padding: .2rem 0 .2rem 1rem; margin: 1.4rem 0; }
.warning { display: inline-block; border: 1px solid #d55e00; color: #9c3f00; padding: .1rem .6rem; margin: .7rem 0 0;
  font-weight: 600; border-radius: 3px; }
.note { color: var(--soft); font-size: .9rem; }
nav { font-size: .92rem; margin: 1rem 0 0; line-height: 1.9; }
nav a { margin-right: 1.1rem; white-space: nowrap; text-decoration: none; border-bottom: 1px solid #b9d5e6; }
.scroll { overflow-x: auto; margin: .8rem 0 1.2rem; }
table { border-collapse: collapse; font-size: .86rem; line-height: 1.35; }
table.wide { width: 100%; }
thead th { border-top: 2px solid var(--ink); border-bottom: 1px solid var(--ink); font-weight: 600;
  vertical-align: bottom; }
th, td { padding: .26rem .5rem; text-align: right; white-space: nowrap; }
th:first-child, table.second td:nth-child(2), table.second th:nth-child(2) { text-align: left; }
tbody th { font-weight: 400; }
table.words td, table.words th { text-align: left; white-space: normal; vertical-align: top; }
tbody:last-child tr:last-child > * { border-bottom: 2px solid var(--ink); }
tr.band th { background: var(--pale); font-weight: 600; padding-top: .4rem; padding-bottom: .4rem;
  border-top: 1px solid var(--rule); }
tr.head th { font-weight: 700; }
tr.head td { font-weight: 600; }
tr.weak th, tr.weak td { color: var(--soft); }
td .lead { display: block; }
svg.mark { display: block; }
svg.sample { vertical-align: middle; margin-right: .35rem; }
svg text { font: 12px "Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif;
  fill: #1a1a1a; }
svg text.small { font-size: 11px; fill: #333; }
svg text.cell { font-size: 10.5px; }
svg text.tiny { font-size: 9.5px; fill: #333; }
svg text.title, svg text.strong { font-weight: 700; }
svg text.title { font-size: 13px; }
.row { display: flex; flex-wrap: wrap; gap: 1.2rem; align-items: flex-start; }
.row > .scroll { margin: .4rem 0; max-width: 100%; }
.chart { display: block; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.3rem; font-size: .89rem; margin: .5rem 0 0; padding: 0;
  list-style: none; max-width: none; }
details { margin: .7rem 0; }
summary { cursor: pointer; color: var(--accent); }
pre { font: 12.5px/1.45 "DejaVu Sans Mono", Menlo, Consolas, monospace; background: var(--pale); padding: .9rem 1rem;
  overflow-x: auto; border-radius: 3px; }
footer { margin-top: 3rem; padding-top: .8rem; border-top: 1px solid var(--rule); color: var(--soft);
  font-size: .88rem; }
@media (max-width: 640px) { main { padding: 1.2rem .9rem 3rem; } h1 { font-size: 1.4rem; }
  th, td { padding: .24rem .42rem; } }
@media print { body { font-size: 10.5pt; } main { max-width: none; padding: 0; } nav { display: none; }
  .scroll { overflow: visible; }
  h2, h3 { break-after: avoid; } tr, svg.chart { break-inside: avoid; } a { color: inherit; text-decoration: none; }
  pre { white-space: pre-wrap; } }
)css";

}  // namespace radiopath::training
