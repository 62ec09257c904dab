import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRotation, type RotationFacts, type RotationStep } from './plan-rotation.ts';

const settled: RotationFacts = {
  generations: [{ number: 1, state: 'current', unwrapped: 0 }],
  usual: 1,
  next: 'absent',
  replaces: true,
};
const coming = (unwrapped: number): RotationFacts => ({
  ...settled,
  generations: [...settled.generations, { number: 2, state: 'coming', unwrapped }],
  next: 2,
});
const going = (facts: Partial<RotationFacts>): RotationFacts => ({
  ...settled,
  generations: [
    { number: 1, state: 'going', unwrapped: 0 },
    { number: 2, state: 'current', unwrapped: 0 },
  ],
  ...facts,
});

describe('a rotation of the master key', () => {
  it.each<[string, RotationFacts, RotationStep['kind'] | null, string]>([
    ['begins with a key', settled, null, 'make-key'],
    ['announces a key that was made', { ...settled, next: 'unknown' }, null, 'announce'],
    ['wraps what has no copy yet', coming(3), null, 'wrap'],
    ['switches when all is wrapped', coming(0), null, 'switch'],
    ['gives a generation up whose key is gone', { ...coming(3), next: 'absent' }, null, 'give-up'],
    ['gives a generation up when another key comes', { ...coming(0), next: 'unknown' }, null, 'give-up'],
    ['puts the file in place', going({ next: 2 }), 'switch', 'put-in-place'],
    ['waits where the operator has to', going({ next: 2, replaces: false }), 'switch', 'wait-for-operator'],
    ['retires the one before last', going({ usual: 2 }), 'put-in-place', 'retire'],
    ['is done', settled, 'retire', 'done'],
  ])('%s', (_name, facts, last, kind) => {
    expect(planRotation(facts, last).kind).toBe(kind);
  });

  it('always leaves every secret readable with the key in the usual place, and ends, wherever it is cut off', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 6 }), fc.integer({ min: 1, max: 20 }), (runs, wrappingKeys) => {
        const world = {
          usual: 1,
          next: 0,
          keys: wrappingKeys,
          generations: [{ number: 1, state: 'current', copies: wrappingKeys }],
        };
        const run = (steps: number) => {
          let last: RotationStep['kind'] | null = null;
          for (let step = 0; step < steps; step += 1) {
            last = apply(world, last);
            if (last === 'done') return true;
            const usual = world.generations.find((each) => each.number === world.usual);
            expect(usual?.copies).toBe(world.keys);
          }
          return false;
        };
        for (const steps of runs) run(steps);
        const before = world.usual;

        expect(run(200)).toBe(true);
        expect(run(200)).toBe(true);

        expect(world.usual).toBeGreaterThan(before);
        expect(world.generations.map(({ number, state }) => [number, state])).toEqual([[world.usual, 'current']]);
      }),
    );
  });
});

interface World {
  usual: number;
  /** 0 where there is no next key. */
  next: number;
  keys: number;
  generations: { number: number; state: string; copies: number }[];
}

/** What steps do, as plainly as can be: copies are counted, batches are of three. */
function apply(world: World, last: RotationStep['kind'] | null): RotationStep['kind'] {
  const step = planRotation(
    {
      generations: world.generations.map(({ number, state, copies }) => ({
        number,
        state: state as 'current',
        unwrapped: world.keys - copies,
      })),
      usual: world.usual,
      next:
        world.next === 0
          ? 'absent'
          : world.generations.some((each) => each.number === world.next)
            ? world.next
            : 'unknown',
      replaces: true,
    },
    last,
  );
  const of = (number: number) => world.generations.find((each) => each.number === number);
  switch (step.kind) {
    case 'make-key':
      world.next = world.usual + 1;
      break;
    case 'announce':
      world.keys += 1;
      for (const each of world.generations) each.copies += 1;
      world.generations.push({ number: world.next, state: 'coming', copies: 1 });
      break;
    case 'wrap': {
      const target = of(step.generation);
      if (target !== undefined) target.copies = Math.min(world.keys, target.copies + 3);
      break;
    }
    case 'switch':
      for (const each of world.generations) each.state = each.number === step.generation ? 'current' : 'going';
      break;
    case 'put-in-place':
      world.usual = world.next;
      world.next = 0;
      break;
    case 'retire': {
      const target = of(step.generation);
      if (target !== undefined) target.copies = Math.max(0, target.copies - 3);
      if (target?.copies === 0) world.generations = world.generations.filter((each) => each !== target);
      break;
    }
    default:
      break;
  }
  return step.kind;
}
