/** The report's style sheet: one column, wide figures and tables scroll by themselves, light and dark. */
export const reportStyle = `
:root { color-scheme: light dark; --page: light-dark(#ffffff, #16191d); --text: light-dark(#1c1f23, #e8eaed);
  --faint: light-dark(#5d646d, #a5acb5); --line: light-dark(#d9dce0, #363c44); --shade: light-dark(#f3f4f6, #1f2429);
  --link: light-dark(#0b62a3, #6db3ec); --good: light-dark(#dff0ea, #173a2f); }
:root[data-mode="light"] { color-scheme: light; }
:root[data-mode="dark"] { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 Inter, system-ui, sans-serif; }
main, header, footer { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 32px; position: relative; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 1.25rem; margin: 44px 0 8px; }
p, ul { max-width: 76ch; }
a { color: var(--link); }
.faint, figcaption, caption { color: var(--faint); }
nav { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 16px 0 0; align-items: center; }
button { font: inherit; font-size: 0.85rem; color: var(--text); background: var(--shade); border: 1px solid var(--line);
  border-radius: 6px; padding: 3px 10px; cursor: pointer; position: absolute; top: 34px; right: 20px; }
figure { margin: 16px 0 0; }
.chart { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; min-height: 120px; }
.chart:focus-visible, button:focus-visible, a:focus-visible, summary:focus-visible { outline: 2px solid var(--link);
  outline-offset: 2px; }
.chart .vega-embed { display: inline-block; padding-right: 38px; }
.chart .vega-embed summary { opacity: 0.6; background: var(--shade); border-color: var(--line); color: var(--text); }
.chart .vega-embed summary:hover, .chart .vega-embed summary:focus { opacity: 1; }
.chart .vega-embed .vega-actions { background: var(--page); border-color: var(--line); }
.chart .vega-embed .vega-actions::before { border-bottom-color: var(--line); }
.chart .vega-embed .vega-actions::after { border-bottom-color: var(--page); }
.chart .vega-embed .vega-actions a { color: var(--text); }
.chart .vega-embed .vega-actions a:hover, .chart .vega-embed .vega-actions a:focus { background: var(--shade); }
.chart p { padding: 0 16px; }
figcaption { font-size: 0.9rem; margin-top: 6px; }
body #vg-tooltip-element table tr td.value { max-height: none; }
.scroll { overflow-x: auto; }
.scroll table { border-collapse: collapse; font-size: 0.88rem; font-variant-numeric: tabular-nums; margin: 8px 0 16px; }
caption { text-align: left; padding: 4px 0 8px; }
.scroll th, .scroll td { padding: 4px 9px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
.scroll thead th { vertical-align: bottom; font-weight: 600; border-bottom: 2px solid var(--line); }
.scroll th:first-child, .scroll td:first-child { text-align: left; padding-left: 4px; }
.scroll tbody th { text-align: left; } .scroll th[rowspan] { vertical-align: top; } th .faint { font-weight: 400; }
.scroll table:has(th[rowspan]) th:nth-child(2) { text-align: left; }
.scroll table:has(th[rowspan]) th[scope="row"] { padding-left: 9px; }
td.below { background: var(--good); }
.scroll table.claims th, .scroll table.claims td { text-align: left; vertical-align: top; white-space: normal; }
.scroll table.claims tbody th { font-weight: 400; min-width: 14em; }
.verdict { white-space: nowrap; font-weight: 600; }
main > details { border-top: 1px solid var(--line); padding: 8px 0; }
main > details > summary { cursor: pointer; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; font-size: 0.88rem; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
footer { padding-top: 28px; padding-bottom: 40px; font-size: 0.88rem; color: var(--faint); }
@media (max-width: 640px) { body { font-size: 15px; } main, header, footer { padding: 0 12px; } header { padding-top: 20px; }
  button { top: 18px; right: 12px; } h1 { padding-right: 100px; }
  .chart .vega-embed.has-actions { padding-right: 0; }
  .chart .vega-embed .vega-actions { right: 0; }
  dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; } }
@media print { nav { display: none; } .chart { border: 0; } }
`;
