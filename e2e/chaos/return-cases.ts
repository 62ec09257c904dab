import type { FaultKind, Takeover } from './failing-application.ts';

/** One way in which a version fails, by one way of taking over. */
export interface ReturnCase {
  readonly fault: Exclude<FaultKind, 'none'>;
  readonly takeover: Takeover;
  /** What its plan says in the end. */
  readonly says: RegExp;
  /** Whether people may notice: a version that had all the requests, or a version before that had to end first. */
  readonly noticed: boolean;
}

const crashes = /does not stay up/;
const late = /was not ready in time|fewer ready instances than wanted/;

function casesOf(
  fault: ReturnCase['fault'],
  input: { readonly says: RegExp; readonly by: readonly Takeover[]; readonly noticed?: boolean },
): readonly ReturnCase[] {
  return input.by.map((takeover) => ({
    fault,
    takeover,
    says: input.says,
    noticed: input.noticed === true || takeover === 'recreate',
  }));
}

const all = ['rolling', 'recreate', 'blue-green', 'canary'] as const;

/** Every case in which a site has to go back by itself. */
export const returnCases: readonly ReturnCase[] = [
  ...casesOf('crash-loop', { says: crashes, by: all }),
  ...casesOf('hang', { says: late, by: all }),
  ...casesOf('slow-start', { says: late, by: all }),
  ...casesOf('bad-setting', { says: crashes, by: all }),
  ...casesOf('errors', { says: /the analysis says that it is worse: errors/, by: ['canary'], noticed: true }),
  ...casesOf('late-crash-loop', { says: crashes, by: all, noticed: true }),
  ...casesOf('late-hang', { says: late, by: all, noticed: true }),
  ...casesOf('memory-growth', { says: /it used more memory than its module may/, by: all, noticed: true }),
];

export function nameOf({ fault, takeover }: Pick<ReturnCase, 'fault' | 'takeover'>): string {
  return `${fault} by ${takeover}`;
}
