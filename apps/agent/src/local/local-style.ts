import { createHash } from 'node:crypto';

/** The visual language of the console, as one sheet without a build; the colours are those of its tokens. */
export const style = `
:root { color-scheme: light dark; --paper: #fbfaf7; --surface: #fff; --ink: #1d1c1a; --ink-soft: #5f5c55; --line: #e6e3dc;
  --line-strong: #cfcbc1; --accent: #2c5aa0; --healthy: #1f7a44; --progressing: #2c5aa0; --waiting: #6d4bb0;
  --warning: #8f5a00; --warning-soft: #fbf1dd; --failed: #b3261e; --offline: #66635c; --on-accent: #fff; }
@media (prefers-color-scheme: dark) { :root { --paper: #121311; --surface: #1a1b19; --ink: #eceae4; --ink-soft: #a5a299;
  --line: #2c2d2a; --line-strong: #45463f; --accent: #7fa7e6; --healthy: #63c58a; --progressing: #7fa7e6; --waiting: #b69bec;
  --warning: #e2ab4a; --warning-soft: #2f2614; --failed: #f0857c; --offline: #9a978e; --on-accent: #121311; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.5 Inter, system-ui, sans-serif; font-variant-numeric: tabular-nums; }
header { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; padding: 12px 24px; background: var(--surface); border-bottom: 1px solid var(--line); }
header form { margin-left: auto; }
main { max-width: 1080px; margin: 0 auto; padding: 16px 24px 48px; }
h1 { font-size: 20px; line-height: 28px; margin: 8px 0 12px; } h2 { font-size: 16px; line-height: 24px; margin: 28px 0 8px; }
a { color: var(--accent); } p { margin: 8px 0; max-width: 72ch; }
.soft { color: var(--ink-soft); } .mono, pre, code { font-family: "JetBrains Mono", ui-monospace, monospace; font-size: 13px; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0; } .facts dt { color: var(--ink-soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.notice { border-left: 3px solid var(--warning); background: var(--warning-soft); padding: 8px 12px; margin: 8px 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--surface); }
table { border-collapse: collapse; width: 100%; font-size: 13px; } th { text-align: left; font-weight: 500; color: var(--ink-soft); }
th, td { padding: 8px 12px; border-bottom: 1px solid var(--line); vertical-align: top; } tr:last-child td { border-bottom: 0; } td.short { white-space: nowrap; }
.mark { display: inline-block; width: 16px; } .healthy { color: var(--healthy); } .progressing { color: var(--progressing); } .waiting { color: var(--waiting); }
.warning { color: var(--warning); } .failed { color: var(--failed); } .offline { color: var(--offline); }
pre { margin: 0; padding: 12px; max-height: 480px; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); border-radius: 6px; background: var(--surface); }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 12px 0; }
button, .button { font: inherit; line-height: 24px; padding: 4px 12px; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--surface); color: var(--ink); cursor: pointer; text-decoration: none; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
label { display: block; margin: 12px 0 4px; } input[type=text], input[type=password] { font: inherit; width: 100%; max-width: 480px; padding: 5px 10px; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--surface); color: var(--ink); }
@media (max-width: 640px) { header { padding: 12px 16px; } main { padding: 12px 16px 32px; } .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: 8px; } }
`;

/** By it alone the browser takes a style: nothing that somebody slips into a page is one. */
export const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`;
