import { join } from 'node:path';
import type { Plan } from '@almanac/protocol';
import {
  addApplication,
  createRepository,
  type Estate,
  endOf,
  type Repository,
  startEstate,
  waitUntil,
  whenRunning,
} from '@almanac/testkit';
import { processOf } from '../processes.ts';
import { planFor } from '../sample-estate.ts';
import { application, badMode, commitVersion, takeovers, versionOf } from './failing-application.ts';
import { type FaultLedger, openFaultLedger } from './fault-ledger.ts';
import { askSiteItself } from './local-view.ts';
import { nameOf, type ReturnCase } from './return-cases.ts';
import { type AnswerWatch, watchAnswers } from './watch-answers.ts';

export interface Returned {
  readonly name: string;
  /** From the fault until the good version answered alone, and no process of the bad one lived; null when it never did. */
  readonly seconds: number | null;
  /** The longest time in which the good version gave no answer. */
  readonly longestWithout: number;
  /** Requests that got no good answer. */
  readonly lost: number;
  readonly wrong: readonly string[];
}

/** The site has to be back within so many seconds of the fault. */
const mostSeconds = 60;
const patienceSeconds = 100;
const perSecond = 40;
const environment = 'development';

/** An estate with the application in its good version, under load. */
export interface ReturnScene {
  readonly estate: Estate;
  readonly ledger: FaultLedger;
  readonly repository: Repository;
  readonly watch: AnswerWatch;
  /** The commit of turn 0, which is gone back to. */
  readonly good: string;
  readonly nextTurn: () => number;
  readonly remove: () => Promise<void>;
}

export async function startReturnScene(): Promise<ReturnScene> {
  const ledger = await openFaultLedger();
  const estate = await startEstate();
  const repository = await createRepository(join(estate.directory, application));
  const good = await commitVersion(repository, { turn: 0, kind: 'none', takeover: 'rolling', ledger: ledger.port });
  await addApplication(estate.client, repository.path);
  const watch = watchAnswers({ port: estate.sitePorts[0], host: `${application}.localhost`, perSecond });
  let turn = 0;
  return {
    estate,
    ledger,
    repository,
    watch,
    good,
    nextTurn: () => {
      turn += 1;
      return turn;
    },
    remove: async () => {
      await watch.stop();
      await estate.stop();
      await estate.remove();
      await ledger.close();
    },
  };
}

/** Lets one version fail while the server is away, and waits until the site is back by itself. */
export async function returnFrom(scene: ReturnScene, failing: ReturnCase): Promise<Returned> {
  const { estate, ledger, watch, good: commit } = scene;
  const turn = scene.nextTurn();
  const good = versionOf(0);
  const bad = failing.fault === 'bad-setting' ? versionOf(0, badMode(turn)) : versionOf(turn);
  const name = nameOf(failing);
  await whenRunning(estate.client, { application, commit, seconds: patienceSeconds });
  const plan = await order(scene, { ...failing, turn });
  await waitUntil(`a process of ${name}`, () => ledger.began(bad), patienceSeconds);
  const bringBack = await takeServerAway(estate);
  try {
    const fired = await waitUntil(`the fault of ${name}`, () => ledger.fired(bad), patienceSeconds).catch(() => null);
    if (fired === null) return { name, seconds: null, longestWithout: 0, lost: 0, wrong: ['the fault never began'] };
    const seconds = await waitUntil(
      'the site to be back',
      whenBack(scene, { good, bad, fired }),
      patienceSeconds,
    ).catch(() => null);
    await bringBack();
    const { state, operations } = await endOf(estate.client, plan, patienceSeconds);
    const said = operations[0]?.message ?? '';
    // The next order must not bring the bad value again.
    if (failing.fault === 'bad-setting')
      await estate.client.clearSetting({
        params: { application, key: 'MODE' },
        query: { environment, level: 'environment' },
      });
    await whenRunning(estate.client, { application, commit, seconds: patienceSeconds });
    const seen = { seconds, longestWithout: watch.longestWithout(good, fired), lost: watch.lost(fired) };
    return {
      name,
      ...seen,
      wrong: [
        ...wrongTimes(seen),
        ...(seen.lost > 0 && !failing.noticed ? [`${seen.lost} requests were lost`] : []),
        ...(state === 'failed' ? [] : [`its plan is ${state}`]),
        ...(failing.says.test(said) ? [] : [`its plan says "${said}"`]),
        ...(ledger.lives(bad) ? ['a process of the bad version lives'] : []),
      ],
    };
  } finally {
    await bringBack();
  }
}

export function wrongTimes(seen: Pick<Returned, 'seconds' | 'longestWithout'>): readonly string[] {
  const { seconds, longestWithout } = seen;
  return [
    ...(seconds === null || seconds > mostSeconds ? [`not back within ${mostSeconds} s`] : []),
    ...(longestWithout > mostSeconds ? [`no answer of the good version for ${longestWithout.toFixed(1)} s`] : []),
  ];
}

/** Gives the seconds once the good version answers alone, the bad one has no process, and the site says that it failed. */
function whenBack(
  { estate, ledger, watch }: ReturnScene,
  input: { readonly good: string; readonly bad: string; readonly fired: number },
): () => Promise<number | undefined> {
  const { good, bad, fired } = input;
  let lived = fired;
  return async () => {
    // A process that ends at once may live and die between two looks; what it told is known.
    lived = ledger.lives(bad) ? performance.now() : Math.max(lived, ledger.heard(bad) ?? 0);
    const alone = watch.aloneSince(good, fired);
    const { applications } = await askSiteItself(join(estate.data, 'sites', environment));
    const ended = applications.some((each) => each.name === application && each.phase === 'failed');
    return ended && alone !== undefined && !ledger.lives(bad) ? (Math.max(alone, lived) - fired) / 1000 : undefined;
  };
}

/** Orders the bad version, and gives its plan. */
async function order(scene: ReturnScene, bad: ReturnCase & { readonly turn: number }): Promise<Plan['id']> {
  const { estate, repository, ledger } = scene;
  const { client } = estate;
  const { turn, fault: kind, takeover } = bad;
  if (kind === 'bad-setting') {
    const settings = { MODE: badMode(turn) };
    const operations = [{ kind: 'configure' as const, application, settings, rollout: takeovers[takeover] as never }];
    return (await client.createPlan({ body: { environment, operations, start: true } })).id;
  }
  const commit = await commitVersion(repository, { turn, kind, takeover, ledger: ledger.port });
  await client.reportPush({ params: { application }, body: { commit } });
  return (await planFor(estate, { application, commit })).id;
}

/** Kills the server, and stops whoever would start it again, until it is brought back. */
export async function takeServerAway(estate: Estate): Promise<() => Promise<void>> {
  const { launcher } = estate;
  const server = await waitUntil('a server to kill', () => processOf(estate, 'server'));
  launcher.kill('SIGSTOP');
  process.kill(server, 'SIGKILL');
  let away = true;
  return async () => {
    if (!away) return;
    away = false;
    launcher.kill('SIGCONT');
    await waitUntil('the server to be back', async () => (await fetch(`${estate.url}/healthz`)).ok, patienceSeconds);
  };
}
