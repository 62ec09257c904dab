import { expect, it } from 'vitest';
import { runApprovalSequences } from './approval-sequences-for-tests.ts';

it('nothing begins that those who are asked have not approved just so, in fifty thousand drawn orders', () => {
  const seen = runApprovalSequences({ numRuns: 50_000 });

  console.log(JSON.stringify(seen));
  expect(seen.sequences).toBeGreaterThan(5000);
});
