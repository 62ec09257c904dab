import { describe, expect, it } from 'vitest';
import { type Actor, authorize } from './authorize.ts';
import type { Permission } from './capabilities.ts';

// Any text serves as a key here; ids are branded so that code does not mix them up.
const id = 'a' as Extract<Actor, { kind: 'principal' }>['id'];
const actors = {
  anonymous: { kind: 'anonymous' },
  administrator: { kind: 'principal', id, name: 'ada', role: 'administrator' },
  builder: { kind: 'principal', id, name: 'builder', role: 'builder' },
  agent: { kind: 'agent', site: 's', name: 'agent of s' },
  system: { kind: 'system', name: 'timer' },
} as const satisfies Record<string, Actor>;

describe('who may do what', () => {
  it.each<[Permission, readonly (keyof typeof actors)[]]>([
    ['public', ['anonymous', 'administrator', 'builder', 'agent', 'system']],
    ['capability:deploy', ['administrator', 'system']],
    ['right:manage-installation', ['administrator', 'system']],
    ['signed-in', ['administrator', 'system']],
    ['builder', ['builder', 'system']],
    ['agent', ['agent', 'system']],
  ])('%s is for %j and nobody else', (permission, allowed) => {
    const may = Object.entries<Actor>(actors).filter(([, actor]) => authorize(actor, permission).allowed);

    expect(may.map(([name]) => name)).toEqual(allowed);
  });
});
