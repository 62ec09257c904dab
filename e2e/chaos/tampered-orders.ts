import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Estate, endOf, waitUntil, whenRunning } from '@almanac/testkit';
import { planFor } from '../sample-estate.ts';
import { application, commitVersion, versionOf } from './failing-application.ts';
import type { Tampering } from './relay.ts';
import { type RelayedSite, startRelayedSite } from './relayed-site.ts';
import { type Returned, type ReturnScene, takeServerAway, wrongTimes } from './return-to-good.ts';
import { type AnswerWatch, watchAnswers } from './watch-answers.ts';

const edge = 'edge';
const perSecond = 20;
const patienceSeconds = 100;

/**
 * Orders a version whose files, and one whose order, are changed on the way to a site, and kills the server in the
 * middle: the site goes on with what it has, and says why. The second order is followed once it comes unchanged, so the
 * scene has another version afterwards.
 */
export async function tamperWithOrders(scene: ReturnScene, onResult: (result: Returned) => void): Promise<void> {
  const directory = await mkdtemp(join(scene.estate.directory, 'edge-'));
  await chmod(directory, 0o711);
  const site = await startRelayedSite(scene.estate, { directory });
  const watch = watchAnswers({ port: site.frontPort, host: `${application}.localhost`, perSecond });
  try {
    await waitUntil('the site to run the good version', () => {
      const since = watch.aloneSince(versionOf(0), 0);
      return since !== undefined && performance.now() - since > 1000;
    });
    onResult(await damageArtifact(scene, { ...site, watch }));
    onResult(await forgeSignature(scene, { ...site, watch }));
  } finally {
    await watch.stop();
    await site.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

type Watched = RelayedSite & { readonly watch: AnswerWatch };

async function damageArtifact(scene: ReturnScene, { relay, watch }: Watched): Promise<Returned> {
  const { client } = scene.estate;
  const { began, plan } = await orderTampered(scene, { relay, what: 'artifact' });
  const { state, operations } = await endOf(client, plan, patienceSeconds);
  const said = operations[0]?.message ?? '';
  const seen = timesOf(watch, began);
  relay.tamper(undefined);
  await whenRunning(client, { application, commit: scene.good, seconds: patienceSeconds });
  return {
    name: 'an artifact that was changed on its way',
    ...seen,
    wrong: [
      ...wrongTimes(seen),
      ...(seen.lost > 0 ? [`${seen.lost} requests were lost`] : []),
      ...(state === 'failed' ? [] : [`its plan is ${state}`]),
      ...(said.includes('arrived with other content') ? [] : [`its plan says "${said}"`]),
    ],
  };
}

async function forgeSignature(scene: ReturnScene, { relay, watch }: Watched): Promise<Returned> {
  const { client } = scene.estate;
  const { began, plan, turn } = await orderTampered(scene, { relay, what: 'signature' });
  const refused = await waitUntil(
    'the site to tell what it refused',
    async () => {
      const { items } = await client.listSiteOccurrences({ params: { site: edge }, query: { limit: 20 } });
      return items.some((each) => each.kind === 'order-refused' && each.detail.includes('was not signed by'));
    },
    patienceSeconds,
  ).catch(() => false);
  const seen = timesOf(watch, began);
  relay.tamper(undefined);
  const { state } = await endOf(client, plan, patienceSeconds);
  const followed = await waitUntil(
    'the order to be followed',
    () => watch.aloneSince(versionOf(turn), began),
    20,
  ).catch(() => undefined);
  return {
    name: 'an order whose signature is wrong',
    ...seen,
    wrong: [
      ...wrongTimes(seen),
      ...(seen.lost > 0 ? [`${seen.lost} requests were lost`] : []),
      ...(refused ? [] : ['the site did not say that it refused it']),
      ...(state === 'succeeded' && followed !== undefined ? [] : [`unchanged it was not followed: ${state}`]),
    ],
  };
}

/** Orders another version, waits until something of it was changed on its way, and kills the server at that moment. */
async function orderTampered(
  scene: ReturnScene,
  input: { readonly relay: RelayedSite['relay']; readonly what: Tampering },
) {
  const { estate, repository, ledger } = scene;
  const { relay, what } = input;
  const turn = scene.nextTurn();
  const began = performance.now();
  // A site that knows the newest is not told anew when it connects again: what is changed from here on is of this version.
  await waitUntil('the site to know the newest', () => knowsNewest(estate), patienceSeconds);
  relay.tamper(what);
  const commit = await commitVersion(repository, { turn, kind: 'none', takeover: 'rolling', ledger: ledger.port });
  await estate.client.reportPush({ params: { application }, body: { commit } });
  const { id } = await planFor(estate, { application, commit });
  await waitUntil(`a changed ${what}`, () => relay.tampered() > 0, patienceSeconds);
  const bringBack = await takeServerAway(estate);
  await bringBack();
  return { plan: id, began, turn };
}

async function knowsNewest({ client }: Estate): Promise<boolean> {
  const { generation } = await client.getSite({ params: { site: edge } });
  return generation.observed === generation.desired;
}

/** The good version is turn 0, and nobody else may have answered. */
function timesOf(watch: AnswerWatch, began: number) {
  const alone = watch.aloneSince(versionOf(0), began);
  return {
    seconds: alone === undefined ? null : (alone - began) / 1000,
    longestWithout: watch.longestWithout(versionOf(0), began),
    lost: watch.lost(began),
  };
}
