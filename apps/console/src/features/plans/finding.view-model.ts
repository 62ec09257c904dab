import { confirmationCodes } from '@almanac/domain';
import type { Completion, Finding } from '@almanac/protocol';
import type { Choice } from './choice.ts';
import type { BrokenReference } from './plan-graph.view-model.ts';

export type PlannedChange = Completion['operations'][number];

/** What one click would do about a finding. */
export type Fix =
  | { readonly kind: 'choose'; readonly application: string; readonly choice: Choice; readonly label: string }
  | { readonly kind: 'give-setting'; readonly application: string; readonly key: string; readonly label: string };

/** Whether it asks for a word of whoever starts the plan. */
export function asksForConfirmation(finding: Pick<Finding, 'code'>): boolean {
  return confirmationCodes.has(finding.code);
}

/** Errors first, then warnings; each group by application. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) =>
      a.severity.localeCompare(b.severity) ||
      a.application.localeCompare(b.application) ||
      a.code.localeCompare(b.code),
  );
}

/** How many errors, warnings and open confirmations there are, in words. */
export function findingsSummary(findings: readonly Finding[], confirmed: ReadonlySet<string>): string {
  const errors = findings.filter((each) => each.severity === 'error').length;
  const warnings = findings.length - errors;
  const open = new Set(
    findings.filter((each) => asksForConfirmation(each) && !confirmed.has(each.code)).map((each) => each.code),
  ).size;
  if (findings.length === 0) return 'nothing speaks against it';
  return [
    errors === 0 ? '' : counted(errors, 'error'),
    warnings === 0 ? '' : counted(warnings, 'warning'),
    open === 0 ? '' : `${open} to confirm`,
  ]
    .filter((each) => each !== '')
    .join(', ');
}

export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** The one step that would mend a finding; null where there is none that a click can take. */
export function fixOf(finding: Finding): Fix | null {
  const { remedy } = finding;
  if (remedy === null || remedy === undefined) return settingOf(finding);
  const application = remedy.application.name;
  if (remedy.kind === 'set-setting') return giveSetting(application, remedy.key);
  const choice = choiceOf(remedy);
  return choice === null ? null : { kind: 'choose', application, choice, label: fixLabel(remedy) };
}

/** A missing setting names itself also where no remedy for machines comes with it. */
function settingOf(finding: Finding): Fix | null {
  const missing = finding.code === 'setting-missing' || finding.code === 'connection-missing';
  return missing && finding.subject ? giveSetting(finding.application, finding.subject) : null;
}

const giveSetting = (application: string, key: string): Fix => ({
  kind: 'give-setting',
  application,
  key,
  label: `Give ${key} a value…`,
});

/** What a further operation is among the choices of the composer. */
export function choiceOf(change: PlannedChange): Choice | null {
  if (change.kind !== 'deploy') return { kind: change.kind };
  const { build } = change;
  if (build === null || build === undefined) return null;
  return build.version === null ? { kind: 'build', build: build.id } : { kind: 'version', number: build.version };
}

function fixLabel(change: PlannedChange): string {
  const { name } = change.application;
  if (change.kind === 'remove') return `Remove ${name} with it`;
  if (change.kind === 'configure') return `Apply the settings of ${name} with it`;
  return `Add ${name} ${change.build?.label ?? ''} to the plan`;
}

/** What a further operation would do, in words: "deploy storefront 1.2.0". */
export function changeWords(change: PlannedChange): string {
  const { name } = change.application;
  if (change.kind === 'remove') return `remove ${name}`;
  if (change.kind === 'configure') return `apply the settings of ${name}`;
  return `deploy ${name} ${change.build?.label ?? ''}`.trim();
}

export interface ReferenceWords {
  readonly consumer: string;
  readonly producer: string;
  readonly contract: string;
  readonly elements: readonly string[];
  /** Elements beyond those that are told. */
  readonly more: number;
}

const mostElements = 5;

/** The two ends of a reference that does not hold, and what of the contract is concerned; null for other findings. */
export function referenceWords(finding: Finding): ReferenceWords | null {
  const { consumer, producer, contract, elements = [] } = finding;
  if (consumer === null || consumer === undefined || contract === null || contract === undefined) return null;
  return {
    consumer: endWords(consumer),
    producer: producer === null || producer === undefined ? 'nobody' : endWords(producer),
    contract,
    elements: elements.slice(0, mostElements),
    more: Math.max(0, elements.length - mostElements),
  };
}

function endWords(end: NonNullable<Finding['consumer']>): string {
  const label = end.build === null ? '' : ` ${end.build.label}`;
  return `${end.application.name}${label}`;
}

/** The way from the change that causes a finding to what it leads to, link by link. */
export function chainWords(finding: Finding): readonly string[] {
  return (finding.chain ?? []).map((link) => {
    if (link.link === 'change') return changeWords(link.change);
    if (link.link === 'contract')
      return link.elements.length === 0 ? `contract ${link.contract}` : `${link.contract}: ${link.elements.join(', ')}`;
    const module = link.module === null ? '' : `/${link.module}`;
    return `${link.link} ${link.application.name}${module}`;
  });
}

/** The references that would not hold, for the graph. */
export function brokenReferences(findings: readonly Finding[]): readonly BrokenReference[] {
  return findings.flatMap((each) => {
    const { consumer, producer, contract } = each;
    if (each.severity !== 'error' || !consumer || !contract) return [];
    return [
      {
        consumer: consumer.application.name,
        // Nobody provides it: the contract itself stands where the producer would.
        producer: producer?.application.name ?? `nobody: ${contract}`,
        contract,
        detail: each.detail,
      },
    ];
  });
}
