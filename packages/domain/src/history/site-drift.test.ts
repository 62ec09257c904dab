import { describe, expect, it } from 'vitest';
import type { ApplicationId, BuildId } from '../identity/id.ts';
import { compareSite, type DesiredOnSite, type ObservedOnSite } from './site-drift.ts';

const application = 'orders' as ApplicationId;
const build = (name: string) => name as BuildId;
const desired = (given: Partial<DesiredOnSite> = {}): DesiredOnSite => ({
  application,
  build: build('b2'),
  operation: 'o2',
  changing: false,
  ...given,
});
const observed = (given: Partial<ObservedOnSite> = {}): ObservedOnSite => ({
  application,
  operation: 'o2',
  phase: 'healthy',
  message: null,
  running: build('b2'),
  drift: null,
  ...given,
});

describe('a site, compared with what it should be', () => {
  it.each<[string, readonly DesiredOnSite[], readonly ObservedOnSite[], string]>([
    ['runs what it should', [desired()], [observed()], 'as-desired'],
    ['runs it badly', [desired()], [observed({ phase: 'degraded' })], 'as-desired'],
    ['is on the way', [desired()], [observed({ phase: 'progressing', running: build('b1') })], 'changing'],
    ['verifies the new build', [desired()], [observed({ phase: 'verifying' })], 'changing'],
    ['went back to the build before', [desired()], [observed({ phase: 'failed', running: build('b1') })], 'differs'],
    ['could not start at all', [desired()], [observed({ phase: 'failed', running: null })], 'differs'],
    ['never heard of the operation', [desired()], [observed({ operation: 'o1', running: build('b1') })], 'differs'],
    ['has not heard yet', [desired({ changing: true })], [observed({ operation: 'o1' })], 'changing'],
    ['has changed files', [desired()], [observed({ drift: 'server.js was changed' })], 'drifted'],
    ['does not speak of it', [desired()], [], 'missing'],
    ['has not begun yet', [desired({ changing: true })], [], 'changing'],
    ['runs what nobody asked for', [], [observed()], 'extra'],
    ['takes it out', [], [observed({ phase: 'removing' })], 'changing'],
    [
      'has it both staged and running',
      [desired()],
      [observed({ operation: 'o3', phase: 'staged', running: null }), observed()],
      'as-desired',
    ],
  ])('that %s', (_, wanted, reports, standing) => {
    expect(compareSite({ desired: wanted, observed: reports }).map((each) => each.standing)).toEqual([standing]);
  });

  it('does not count what is only staged', () => {
    expect(compareSite({ desired: [], observed: [observed({ phase: 'staged', running: null })] })).toEqual([]);
  });
});
