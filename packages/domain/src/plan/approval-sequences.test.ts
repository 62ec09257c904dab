import { expect, it } from 'vitest';
import { runApprovalSequences } from './approval-sequences-for-tests.ts';

it('nothing begins that those who are asked have not approved just so, in whatever order things happen', () => {
  const { sequences, begun, approvals } = runApprovalSequences({ numRuns: 3000, seed: 20_261_130 });

  // A run in which hardly anything began would prove nothing.
  expect(sequences).toBeGreaterThan(500);
  expect(begun).toBeGreaterThanOrEqual(sequences);
  expect(approvals).toBeGreaterThan(2000);
}, 60_000);
