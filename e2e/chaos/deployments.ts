import type { Client } from '@almanac/client';
import { waitUntil } from '@almanac/testkit';
import { untilAnswered } from './acknowledgements.ts';
import type { Effects } from './effects.ts';

/** Commits, builds and deployments that go on, over every fault, one turn after the other. */
export interface Deployments {
  /** The turns whose push was acknowledged. */
  readonly turns: () => number;
  /** Ends after the turn that is under way; gives what went wrong, in words. */
  readonly stop: () => Promise<readonly string[]>;
}

/** Starts deploying the application of the effect ledger to Development again and again. */
export function startDeployments(client: Client, effects: Effects, patienceSeconds: number): Deployments {
  const faults: string[] = [];
  let turn = 0;
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      const commit = await effects.commitTurn(turn + 1);
      await untilAnswered(() => client.reportPush({ params: { application: 'effects' }, body: { commit } }));
      turn += 1;
      try {
        await waitUntil(`turn ${turn} to run`, () => runs(client, commit), patienceSeconds);
      } catch (error) {
        faults.push(error instanceof Error ? error.message : String(error));
      }
    }
  })();
  return {
    turns: () => turn,
    stop: async () => {
      stopped = true;
      await running;
      return faults;
    },
  };
}

async function runs(client: Client, commit: string): Promise<boolean> {
  const { environments, rows } = await client.getBoard({ query: { search: 'effects' } });
  const development = environments.find((each) => each.name === 'development')?.id;
  const cell = rows[0]?.cells.find((each) => each.environment === development);
  return cell?.build.commit === commit && cell.health === 'healthy' && cell.plan === null;
}
