import type { Client } from '@almanac/client';
import type { Build } from '@almanac/protocol';
import { waitUntil } from '@almanac/testkit';
import { untilAnswered } from './acknowledgements.ts';
import type { Effects } from './effects.ts';

/** Commits, builds and deployments that go on, over every fault, one turn after the other. */
export interface Deployments {
  /** The turns whose push was acknowledged. */
  readonly turns: () => number;
  /** Builds that were asked for again, as people would, because their builder was killed each time. */
  readonly rebuilt: () => number;
  /** Ends after the turn that is under way; gives what went wrong, in words. */
  readonly stop: () => Promise<readonly string[]>;
}

/** Starts deploying the application of the effect ledger to Development again and again. */
export function startDeployments(client: Client, effects: Effects, patienceSeconds: number): Deployments {
  const faults: string[] = [];
  let turn = 0;
  let rebuilt = 0;
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      const commit = await effects.commitTurn(turn + 1);
      await untilAnswered(() => client.reportPush({ params: { application: 'effects' }, body: { commit } }));
      turn += 1;
      try {
        const look = async () => {
          if (await askAgain(client, commit)) rebuilt += 1;
          return runs(client, commit);
        };
        await waitUntil(`turn ${turn} to run`, look, patienceSeconds);
      } catch (error) {
        faults.push(error instanceof Error ? error.message : String(error));
      }
    }
  })();
  return {
    turns: () => turn,
    rebuilt: () => rebuilt,
    stop: async () => {
      stopped = true;
      await running;
      return faults;
    },
  };
}

/** Whether the builder of a build was lost so often that it was given up. */
export function wasGivenUp(build: Pick<Build, 'state' | 'fault'>): boolean {
  return build.state === 'errored' && build.fault?.detail.includes('its builder was lost') === true;
}

/** Asks for a build again that was given up; says whether it did. */
async function askAgain(client: Client, commit: string): Promise<boolean> {
  const { items } = await client.listBuilds({ params: { application: 'effects' }, query: { limit: 5 } });
  const newest = items.find((each) => each.commit === commit);
  if (newest === undefined || !wasGivenUp(newest)) return false;
  await client.createBuild({ params: { application: 'effects' }, body: { commit, rebuild: true } });
  return true;
}

async function runs(client: Client, commit: string): Promise<boolean> {
  const { environments, rows } = await client.getBoard({ query: { search: 'effects' } });
  const development = environments.find((each) => each.name === 'development')?.id;
  const cell = rows[0]?.cells.find((each) => each.environment === development);
  return cell?.build.commit === commit && cell.health === 'healthy' && cell.plan === null;
}
