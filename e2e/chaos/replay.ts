import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addApplication, askSite, startEstate, waitUntil, whenRunning } from '@almanac/testkit';
import { startEffects } from './effects.ts';
import { startRelayedSite } from './relayed-site.ts';

/** What a site did when documents of before were sent to it again, genuine and signed. */
export interface ReplayResult {
  readonly replayed: number;
  /** The generation that the site followed before, and the lowest that it reported afterwards. */
  readonly before: number;
  readonly lowestAfter: number;
  /** What its application answered afterwards; the newest is `turn 3`. */
  readonly answers: string;
}

/** Deploys three turns to a site behind a relay, then lets the relay send it every older document again. */
export async function replayDocuments(root?: string): Promise<ReplayResult> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac replay '));
  await chmod(directory, 0o711);
  const sources = root === undefined ? {} : { root };
  const effects = await startEffects(directory);
  const estate = await startEstate(undefined, sources);
  const { relay, frontPort, stop } = await startRelayedSite(estate, { directory, ...sources });
  try {
    await addApplication(estate.client, effects.repository.path);
    const answers = async () => (await askSite({ application: 'effects', port: frontPort, path: '/' })).body;
    for (const turn of [1, 2, 3]) {
      const commit = await effects.commitTurn(turn);
      await estate.client.reportPush({ params: { application: 'effects' }, body: { commit } });
      await whenRunning(estate.client, { application: 'effects', commit });
      await waitUntil(`turn ${turn} at the edge`, async () => (await answers()) === `turn ${turn}`);
    }
    const before = relay.generation();
    const replayed = relay.replay();
    const lowestAfter = await relay.lowestOf(4);
    return { replayed, before, lowestAfter, answers: await answers() };
  } finally {
    await stop();
    await estate.stop();
    await estate.remove();
    await effects.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
