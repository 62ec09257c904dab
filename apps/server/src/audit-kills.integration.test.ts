import { expect, it } from 'vitest';
import { killWhileCommanding } from './audit-kills-for-tests.ts';

it('every change has its entry in the audit, and every acknowledged command both, wherever the server is killed', async () => {
  const { faults, acknowledged, entries, verdict } = await killWhileCommanding({ kills: 3, seed: 24 });

  expect(faults).toEqual([]);
  expect(acknowledged).toBeGreaterThan(30);
  expect(verdict).toMatchObject({ first: 1, faults: [], unsealed: 0 });
  expect(verdict).toHaveProperty(
    'entries',
    expect.toSatisfy((all: number) => all >= entries),
  );
}, 120_000);
