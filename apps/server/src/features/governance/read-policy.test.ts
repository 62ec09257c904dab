import { openPolicy } from '@almanac/domain';
import type { JobResult } from '@almanac/protocol';
import { expect, it } from 'vitest';
import { readPolicy } from './read-policy.ts';

const commit = 'a'.repeat(40);
const path = 'policy.yaml';
const read = (text: string | null): JobResult => ({ kind: 'read', commit, text });
const fault = (outcome: 'failed' | 'errored', more: object = {}): JobResult => ({
  kind: 'fault',
  fault: { outcome, code: 'file-missing', detail: 'there is no policy.yaml' },
  evidence: [],
  commits: [],
  ...more,
});

it('a file is the policy that it says, with what it does not say as usual', () => {
  expect(readPolicy(read('tests: true\n'), path)).toEqual({
    kind: 'policy',
    commit,
    policy: { ...openPolicy, tests: true },
  });
  expect(readPolicy(read(null), path)).toBeUndefined();
});

it.each([
  ['misses', fault('failed', { commit }), commit, 'there is no policy.yaml'],
  ['cannot be reached', fault('failed'), null, 'there is no policy.yaml'],
  ['is lost with its builder', fault('errored', { commit }), null, 'there is no policy.yaml'],
  ['was answered otherwise', { kind: 'resolved', commit } as JobResult, null, 'did not read'],
])('what %s is looked at again, or not, by the commit that is known', (_, result, known, detail) => {
  expect(readPolicy(result, path)).toMatchObject({
    kind: 'fault',
    commit: known,
    fault: { detail: expect.stringContaining(detail), faults: [] },
  });
});

it.each([
  ['an unknown key', 'twostep: true', 'did you mean twoStep?'],
  ['a wrong value', 'soak: -1', 'soak'],
  ['no mapping at all', '- tests', ''],
  ['what is no YAML', 'tests: [', ''],
  ['an empty file', '', ''],
  ['aliases that grow', `a: &a [1]\nb: &b [*a, *a]\nc: [${'*b, '.repeat(40)}*b]`, ''],
  ['a window that never opens', 'windows: [{ start: 2026-01-01T10:00, zone: UTC, duration: PT0S }]', 'longer than'],
  ['a zone that is none', 'windows: [{ start: 2026-01-01T10:00, zone: Mars, duration: PT1H }]', 'no time zone'],
  ['a character that is no text', 'tests: true # \0', 'no text'],
])('%s is a fault with its place, of that commit', (_, text, words) => {
  const reading = readPolicy(read(text), path);

  expect(reading).toMatchObject({ kind: 'fault', commit });
  const faults = reading?.kind === 'fault' ? reading.fault.faults : [];
  expect(faults.length).toBeGreaterThan(0);
  expect(faults.map((each) => `${each.path}: ${each.detail}`).join()).toContain(words);
});
