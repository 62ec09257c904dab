import type { ApplicationId, BuildId } from '../identity/id.ts';
import type { Change } from './change.ts';

/** Everything that an analysis can find, and how much it weighs. */
export const findingSeverities = {
  /** Whoever provides the contract is not in the environment. */
  'producer-missing': 'error',
  /** The application that could provide the contract is there, in a build that does not; or nobody ever did. */
  'contract-missing': 'error',
  'element-missing': 'error',
  'element-incompatible': 'error',
  /** What is taken out is still consumed. */
  'consumer-remains': 'error',
  /** Two applications of one environment provide a contract of the same name. */
  'contract-provided-twice': 'error',
  'setting-missing': 'error',
  'connection-missing': 'error',
  /** A site lacks a runtime or an ability that the build needs. */
  'capability-missing': 'error',
  'no-site': 'error',
  'name-taken': 'error',
  /** Works, and was built against an earlier signature. */
  'consumer-outdated': 'warning',
  /** Works, and was built against a later signature, which a known build of the producer has. */
  'newer-producer': 'warning',
  downgrade: 'warning',
  'migration-irreversible': 'warning',
  'hotfix-lost': 'warning',
} as const satisfies Record<string, Severity>;

export type Severity = 'error' | 'warning';
export type FindingCode = keyof typeof findingSeverities;

/** One end of a reference. */
export interface Endpoint {
  readonly application: ApplicationId;
  /** Null when the application would not be in the environment. */
  readonly build: BuildId | null;
  readonly module: string | null;
}

/** One link of the way from a change to what it leads to. */
export type ChainLink =
  | { readonly link: 'change'; readonly change: Change }
  | { readonly link: 'contract'; readonly contract: string; readonly elements: readonly string[] }
  | { readonly link: 'consumer'; readonly application: ApplicationId; readonly module: string | null }
  | { readonly link: 'producer'; readonly application: ApplicationId; readonly module: string | null };

/** A further step that would mend a finding; a machine can take it. */
export type Remedy =
  | Exclude<Change, { readonly kind: 'configure' }>
  | { readonly kind: 'set-setting'; readonly application: ApplicationId; readonly key: string };

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The application that the finding is about. */
  readonly application: ApplicationId;
  readonly consumer: Endpoint | null;
  readonly producer: Endpoint | null;
  readonly contract: string | null;
  /** Keys of the elements concerned, in order. */
  readonly elements: readonly string[];
  /** What else the finding names: a setting, a connection, a capability, the build that is gone back from, a hotfix. */
  readonly subject: string | null;
  readonly site: string | null;
  readonly chain: readonly ChainLink[];
  readonly remedy: Remedy | null;
}

/** Errors first, then by code and by who is concerned: the same findings are always in the same order. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings
    .map((finding) => ({ finding, key: orderKey(finding) }))
    .toSorted((a, b) => compareText(a.key, b.key))
    .map((each) => each.finding);
}

function orderKey(finding: Finding): string {
  const { severity, code, consumer, producer } = finding;
  const parts = [severity, code, finding.application, consumer?.application, consumer?.module, finding.contract];
  return [...parts, producer?.application, finding.subject, finding.site].map((part) => part ?? '').join('\0');
}

/** Order by code units: the same everywhere, whatever the locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
