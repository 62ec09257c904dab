import { expect, it } from 'vitest';
import { runCredentialSequences } from './credential-sequences-for-tests.ts';
import { startServerForTests } from './server-for-tests.ts';

it('no session and no token answers once its right ended, in whatever order things happen', async () => {
  const tests = await startServerForTests({ ALMANAC_PUBLIC_URL: 'http://localhost:7400' });
  try {
    expect(await runCredentialSequences(tests, 12)).toBeGreaterThan(50);
  } finally {
    await tests.stop();
  }
}, 60_000);
