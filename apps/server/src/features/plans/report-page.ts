import type { PlanReport } from '@almanac/protocol';

/** A report as one page that needs nothing else, for people, for printing and for a folder of evidence. */
export function reportPage(report: PlanReport): string {
  const { plan, standing, log } = report;
  const title = `Plan ${plan.number} in ${plan.environment.name}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid #8884; }
td { overflow-wrap: break-word; } code { font-size: .85em; overflow-wrap: anywhere; } .soft { opacity: .75; }
</style>
</head>
<body>
<h1>${text(title)}: ${text(plan.state)}</h1>
<p class="soft">Report of ${text(moment(report.madeAt))}. Content <code>${text(plan.content)}</code></p>
${plan.reason === null ? '' : `<p>${text(plan.reason)}</p>`}
${plan.notes === '' ? '' : `<p>${text(plan.notes)}</p>`}
${table(
  ['', ''],
  [
    ['Composed by', plan.authors.join(', ')],
    ['Why', plan.origin],
    ['Release', plan.release === null ? 'none' : plan.release.name],
    ['Composed', moment(plan.createdAt)],
    ['Begun', plan.startedAt === null ? 'not yet' : moment(plan.startedAt)],
    ['Ended', plan.endedAt === null ? 'not yet' : moment(plan.endedAt)],
    ['When something fails', plan.failurePolicy],
  ],
)}
<h2>Content</h2>
${table(
  ['Wave', 'Application', 'What', 'From', 'To', 'Result', 'Begun', 'Ended'],
  plan.operations.map((each) => [
    String(each.wave + 1),
    each.application.name,
    each.kind,
    buildWords(each.before),
    buildWords(each.after),
    `${each.state}${each.message === null ? '' : `: ${each.message}`}`,
    moment(each.startedAt),
    moment(each.endedAt),
  ]),
)}
<h2>Findings</h2>
${table(
  ['Severity', 'Application', 'Finding', 'Said to be wanted'],
  plan.findings.map((each) => [
    each.severity,
    each.application,
    each.detail,
    plan.confirmed.includes(each.code) ? 'yes' : '',
  ]),
)}
<h2>Approvals</h2>
${table(
  ['Verdict', 'By', 'Role', 'When', 'Comment', 'Of content', 'Counts'],
  plan.approvals.map((each) => [
    each.verdict,
    each.by,
    [each.role, ...each.teams].join(', '),
    moment(each.at),
    each.comment,
    shortened(each.content),
    each.withdrawnAt === null ? (each.valid ? 'yes' : 'no') : `withdrawn ${moment(each.withdrawnAt)}`,
  ]),
)}
<h2>Set aside</h2>
${table(
  ['What', 'Reason', 'By', 'When', 'Of content'],
  plan.exemptions.map((each) => [each.subject, each.reason, each.by, moment(each.at), shortened(each.content)]),
)}
<h2>Gates</h2>
${table(
  ['What stands in the way', 'Who can act', 'What to do', 'Passes by itself'],
  plan.startedAt === null
    ? standing.obstacles.map((each) => [
        each.detail,
        each.owner,
        each.action,
        each.earliest === null ? 'no' : moment(each.earliest),
      ])
    : [],
)}
<h2>Log</h2>
${table(
  ['When', 'Level', 'Where', 'What'],
  log.map((each) => [
    moment(each.at),
    each.level,
    [each.application, each.site].filter((part) => part !== null).join(' on '),
    each.message,
  ]),
)}
</body>
</html>
`;
}

/** UTC to the second; whoever needs more has the document. */
function moment(at: string | null): string {
  return at === null ? '' : `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

/** Enough of a digest to tell which content is meant; the whole one of today's stands at the top. */
function shortened(content: string): string {
  return content.slice(0, 'sha256:'.length + 12);
}

function buildWords(build: PlanReport['plan']['operations'][number]['before']): string {
  return build === null ? 'nothing' : `${build.label} (${build.commit.slice(0, 12)})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p class="soft">None.</p>';
  const line = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${text(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => line('td', row)).join('\n');
  return `<table>${head.every((cell) => cell === '') ? '' : line('th', head)}\n${body}\n</table>`;
}

function text(raw: string): string {
  return raw.replaceAll(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}
