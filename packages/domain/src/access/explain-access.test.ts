import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anApplication,
  aPrincipal,
  aRole,
  builtIn,
  drawnApplication,
  drawnPrincipal,
  drawnRoles,
  environmentOf,
  environments,
} from './access-for-tests.ts';
import { explainAccess, partOf } from './explain-access.ts';
import { resolveAccess } from './resolve-access.ts';

const shop = anApplication('shop', 'web');
const production = environmentOf('production');

describe('the explanation of access', () => {
  it('names the rule that decides, and after it those that it overrules', () => {
    const dora = aPrincipal('dora', { role: 'developer', teams: { web: 'operator' }, grants: { shop: 'auditor' } });

    const rules = explainAccess(dora, builtIn, { environment: production, application: shop });

    expect(rules.map(({ rule }) => rule)).toEqual([
      { kind: 'grant', role: 'auditor' },
      { kind: 'team', role: 'operator', team: 'web' },
      { kind: 'default', role: 'developer' },
    ]);
    expect(rules[1]?.capabilities).toContain('deploy');
    expect(rules[0].capabilities).not.toContain('deploy');
  });

  it('is one rule for whoever is deactivated, and where nothing specific speaks', () => {
    const gone = aPrincipal('gone', { teams: { web: 'operator' }, active: false });
    const place = { environment: production, application: shop };

    expect(explainAccess(gone, builtIn, place)).toEqual([{ rule: { kind: 'inactive' }, capabilities: [] }]);
    expect(explainAccess(aPrincipal('olga', { role: 'operator' }), builtIn, place)).toHaveLength(1);
  });

  it('begins with the decision, whoever asks about whatever', () => {
    fc.assert(
      fc.property(
        drawnPrincipal,
        drawnRoles,
        drawnApplication,
        fc.constantFrom(...environments),
        (principal, roles, application, environment) => {
          const place = { environment, application };
          expect(explainAccess(principal, roles, place)[0]).toEqual(resolveAccess(principal, roles, place));
        },
      ),
    );
  });

  it.each([
    [{ inEnvironments: { production: [] }, inTypes: { production: [] } }, 'environment'],
    [{ inTypes: { production: [] } }, 'type'],
    [{ inTypes: { test: [] } }, 'elsewhere'],
  ] as const)('says which part of the role speaks of an environment', (given, part) => {
    expect(partOf(aRole('r', given), production)).toBe(part);
  });
});
