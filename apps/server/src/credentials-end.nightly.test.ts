import { expect, it } from 'vitest';
import { runCredentialSequences } from './credential-sequences-for-tests.ts';
import { startServerForTests } from './server-for-tests.ts';

it('no session and no token answers once its right ended, in a thousand drawn orders', async () => {
  const tests = await startServerForTests({ ALMANAC_PUBLIC_URL: 'http://localhost:7400' });
  try {
    expect(await runCredentialSequences(tests, 1000)).toBeGreaterThan(10_000);
  } finally {
    await tests.stop();
  }
}, 1_800_000);
