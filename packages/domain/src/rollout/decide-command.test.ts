import { describe, expect, it } from 'vitest';
import { decideCommand, type SiteRollout } from './decide-command.ts';

const at = (phase: string, other: Partial<SiteRollout> = {}): SiteRollout => ({
  phase,
  step: 1,
  waits: false,
  ...other,
});

describe('a command for a rollout', () => {
  it.each([
    ['promote', at('stepping')],
    ['pause', at('stepping')],
    ['resume', at('stepping', { waits: true })],
    ['skip', at('stepping')],
    ['abort', at('stepping')],
    ['abort', at('progressing')],
    ['abort', at('migrating')],
  ] as const)('%s is for one that is %o', (kind, site) => {
    expect(() => decideCommand({ kind, step: 1 }, { application: 'shop', site: null, sites: [site] })).not.toThrow();
  });

  it.each([
    ['promote', at('healthy'), 'no rollout of shop is taking steps'],
    ['pause', at('stepping', { waits: true }), 'waits already'],
    ['resume', at('stepping'), 'waits for nobody'],
    ['skip', at('stepping', { step: 2 }), 'no site is at step 2'],
    ['abort', at('healthy'), 'roll back to what ran before instead'],
  ] as const)('%s is refused for one that is %o', (kind, site, detail) => {
    expect(() => decideCommand({ kind, step: 1 }, { application: 'shop', site: null, sites: [site] })).toThrow(detail);
  });

  it.each([
    ['promote', at('healthy'), 'no rollout of shop on berlin is taking steps'],
    ['skip', at('stepping', { step: 2 }), 'the rollout of shop on berlin is not at step 2 any more'],
  ] as const)('%s for one site alone names it where it is refused', (kind, site, detail) => {
    expect(() => decideCommand({ kind, step: 1 }, { application: 'shop', site: 'berlin', sites: [site] })).toThrow(
      detail,
    );
  });

  it('is taken as soon as one of its sites can carry it out', () => {
    const sites = [at('healthy'), at('stepping', { waits: true })];

    expect(() =>
      decideCommand({ kind: 'resume', step: null }, { application: 'shop', site: null, sites }),
    ).not.toThrow();
  });
});
