import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anApplication,
  aPrincipal,
  builtIn,
  drawnPrincipal,
  drawnRoles,
  environments,
  someApplications,
} from './access-for-tests.ts';
import type { PrincipalActor } from './authorize.ts';
import { type Capability, capabilities, rights } from './capabilities.ts';
import { type PrincipalAccess, type Roles, resolveAccess, rightsOf } from './resolve-access.ts';
import { isUnlimited, limitActor, limitsBeyond, noLimits, type TokenLimits } from './token-limits.ts';

const applications = someApplications.map((id, index) => anApplication(id, ['t1', 't2', null][index] ?? null));
const actorOf = (access: PrincipalAccess, roles: Roles): PrincipalActor => ({
  kind: 'principal',
  id: access.id,
  name: access.name,
  access,
  roles,
  environments,
});
const some = <Item>(items: readonly Item[]) => fc.option(fc.subarray([...items]), { nil: null });
const drawnLimits: fc.Arbitrary<TokenLimits> = fc.record({
  capabilities: some(capabilities),
  rights: some(rights),
  environments: some(environments.map((each) => each.id)),
  applications: some(applications.map((each) => each.id)),
});
/** What an actor may do in each environment, for each application and as such, as lines. */
const held = (actor: PrincipalActor): readonly string[] =>
  environments.flatMap((environment) =>
    [null, ...applications].flatMap((application) =>
      resolveAccess(actor.access, actor.roles, { environment, application }).capabilities.map(
        (each) => `${environment.id} ${application?.id ?? 'itself'} ${each}`,
      ),
    ),
  );
const holds = (actor: PrincipalActor) => [...held(actor), ...rightsOf(actor.access, actor.roles)];
const beyond = (some: readonly string[], others: readonly string[]) => {
  const known = new Set(others);
  return some.filter((each) => !known.has(each));
};
const [first, second] = environments.map((each) => each.id);
const administrator = actorOf(aPrincipal('ada', { role: 'administrator' }), builtIn);
const limited = (limits: Partial<TokenLimits>) => limitActor(administrator, { ...noLimits, ...limits }, applications);

describe('a token', () => {
  it('without limits does all that its owner may', () => {
    expect(isUnlimited(noLimits)).toBe(true);
    expect(limitActor(administrator, noLimits, applications)).toBe(administrator);
  });

  it('for capabilities does no other, anywhere', () => {
    const actor = limited({ capabilities: ['list'] });

    expect(new Set(held(actor).map((each) => each.split(' ')[2]))).toEqual(new Set(['list']));
    expect(rightsOf(actor.access, actor.roles)).toContain('manage-users');
  });

  it('for environments or applications reaches no other one, and holds only the rights that it names', () => {
    const inOne = limited({ environments: first === undefined ? [] : [first] });
    expect(held(inOne).every((each) => each.startsWith(`${first} `))).toBe(true);
    expect(held(inOne).some((each) => each.startsWith(`${second} `))).toBe(false);
    expect(rightsOf(inOne.access, inOne.roles)).toEqual([]);

    const forOne = limited({
      applications: applications.slice(0, 1).map((each) => each.id),
      rights: ['read-audit-of-access'],
    });
    expect(held(forOne).every((each) => each.includes(' a1 '))).toBe(true);
    expect(held(forOne)).toContain(`${second} a1 deploy`);
    expect(rightsOf(forOne.access, forOne.roles)).toEqual(['read-audit-of-access']);
  });

  it('does what both its owner and its limits allow, whoever the owner is', () => {
    fc.assert(
      fc.property(drawnPrincipal, drawnRoles, drawnLimits, (principal, roles, limits) => {
        const owner = actorOf(principal, roles);
        const within = held(owner).filter((line) => {
          const [environment, application, capability] = line.split(' ');
          // What speaks of an environment as such is nothing that somebody has for one application.
          const asSuch = capability === 'access' || capability === 'administer';
          return (
            (limits.capabilities?.includes(capability as Capability) ?? true) &&
            (limits.environments?.some((each) => each === environment) ?? true) &&
            (limits.applications?.some((each) => each === application && !asSuch) ?? true)
          );
        });
        expect(held(limitActor(owner, limits, applications))).toEqual(within);
      }),
    );
  });

  it('never holds a right that its owner lacks', () => {
    fc.assert(
      fc.property(drawnPrincipal, drawnRoles, drawnLimits, (principal, roles, limits) => {
        const owner = actorOf(principal, roles);
        const token = limitActor(owner, limits, applications);
        expect(beyond(rightsOf(token.access, token.roles), rightsOf(owner.access, roles))).toEqual([]);
      }),
    );
  });

  it('makes only tokens that do no more than itself', () => {
    fc.assert(
      fc.property(drawnPrincipal, drawnRoles, drawnLimits, drawnLimits, (principal, roles, child, parent) => {
        fc.pre(limitsBeyond(child, parent).length === 0);
        const owner = actorOf(principal, roles);
        const [made, maker] = [child, parent].map((each) => holds(limitActor(owner, each, applications)));
        expect(beyond(made ?? [], maker ?? [])).toEqual([]);
      }),
    );
  });

  it('may make one like itself', () => {
    fc.assert(
      fc.property(drawnLimits, (each) => {
        expect(limitsBeyond(each, each)).toEqual([]);
      }),
    );
  });
});
