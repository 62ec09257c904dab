import { expect, it } from 'vitest';
import { limitsOf } from './resource-limits.ts';

it.each([
  [{}, {}],
  [{ cpu: '500m' }, { cpu: 0.5 }],
  [{ cpu: '2' }, { cpu: 2 }],
  [
    { cpu: '1.5', memory: '256Mi' },
    { cpu: 1.5, memory: 268_435_456 },
  ],
  [{ memory: '1Gi' }, { memory: 1_073_741_824 }],
  [{ memory: '64Ki' }, { memory: 65_536 }],
])('resources %o are limits %o', (resources, limits) => {
  expect(limitsOf({ resources })).toEqual(limits);
});
