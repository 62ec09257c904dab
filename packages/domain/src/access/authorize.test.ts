import { describe, expect, it } from 'vitest';
import { type Actor, authorize } from './authorize.ts';
import type { Permission } from './capabilities.ts';

// Any text serves as a key here; ids are branded so that code does not mix them up.
const id = 'a' as Extract<Actor, { kind: 'principal' }>['id'];
const actors = {
  anonymous: { kind: 'anonymous' },
  administrator: { kind: 'principal', id, name: 'ada', role: 'administrator', team: null },
  deployer: { kind: 'principal', id, name: 'dora', role: 'deployer', team: null },
  approver: { kind: 'principal', id, name: 'abe', role: 'approver', team: 'release' },
  viewer: { kind: 'principal', id, name: 'vera', role: 'viewer', team: null },
  builder: { kind: 'principal', id, name: 'builder', role: 'builder', team: null },
  agent: { kind: 'agent', site: 's', name: 'agent of s' },
  system: { kind: 'system', name: 'timer' },
} as const satisfies Record<string, Actor>;

describe('who may do what', () => {
  it.each<[Permission, readonly (keyof typeof actors)[]]>([
    ['public', ['anonymous', 'administrator', 'deployer', 'approver', 'viewer', 'builder', 'agent', 'system']],
    ['capability:list', ['administrator', 'deployer', 'approver', 'viewer', 'system']],
    ['capability:deploy', ['administrator', 'deployer', 'system']],
    ['capability:approve', ['administrator', 'approver', 'system']],
    ['capability:administer', ['administrator', 'system']],
    ['right:manage-users', ['administrator', 'system']],
    ['right:manage-installation', ['administrator', 'system']],
    ['signed-in', ['administrator', 'deployer', 'approver', 'viewer', 'system']],
    ['builder', ['builder', 'system']],
    ['agent', ['agent', 'system']],
  ])('%s is for %j and nobody else', (permission, allowed) => {
    const may = Object.entries<Actor>(actors).filter(([, actor]) => authorize(actor, permission).allowed);

    expect(may.map(([name]) => name)).toEqual(allowed);
  });
});
