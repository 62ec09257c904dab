import type { Policy } from '@almanac/domain';
import { type FollowedPolicy, type JobResult, parsePolicy } from '@almanac/protocol';
import { faultsOfCalendars } from './scopes.ts';

type Fault = NonNullable<FollowedPolicy['fault']>;

type Reading =
  | { readonly kind: 'policy'; readonly commit: string; readonly policy: Policy }
  /** Without a commit nothing could be read, and the next look begins anew. */
  | { readonly kind: 'fault'; readonly commit: string | null; readonly fault: Fault };

/** What a look at a file brought; undefined where it found the commit that was known already. */
export function readPolicy(result: JobResult, path: string): Reading | undefined {
  if (result.kind === 'fault') {
    const { detail, outcome } = result.fault;
    const commit = outcome === 'failed' ? (result.commit ?? null) : null;
    return { kind: 'fault', commit, fault: { detail, faults: [] } };
  }
  if (result.kind !== 'read')
    return {
      kind: 'fault',
      commit: null,
      fault: { detail: 'the builder did not read what it was asked for', faults: [] },
    };
  const { commit, text } = result;
  if (text === null) return undefined;
  const wrong = (faults: Fault['faults']): Reading => {
    const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
    return { kind: 'fault', commit, fault: { detail: `${path} has ${count}`, faults } };
  };
  // No text that people write holds this character, and no database keeps it.
  if (text.includes('\0') || /\\(0|x00|u0000|U00000000)/.test(text))
    return wrong([{ path: '', line: 1, column: 1, detail: 'holds a character that is no text' }]);
  const parsed = parsePolicy(text);
  if (!parsed.ok) return wrong([...parsed.faults]);
  const faults = faultsOfCalendars(
    parsed.value.windows.map((calendar, index) => ({ pointer: `windows.${index}`, calendar })),
  );
  if (faults.length > 0)
    return wrong(
      faults.map(({ pointer, detail }) => ({ path: pointer.replace('/', '.'), line: 1, column: 1, detail })),
    );
  return { kind: 'policy', commit, policy: parsed.value };
}
