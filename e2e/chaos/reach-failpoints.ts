import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Failpoint, failpoints } from '@almanac/host';
import { addApplication, type Estate, startEstate, waitUntil, whenRunning } from '@almanac/testkit';
import { untilAnswered } from './acknowledgements.ts';
import { startEffects } from './effects.ts';

const repository = join(import.meta.dirname, '..', '..');

export interface FailpointResult {
  readonly failpoint: string;
  /** Whether it was seen to have fired: only then does the result say anything. */
  readonly fired: boolean;
  /** What was lost, done twice or left behind, in words. */
  readonly faults: readonly string[];
}

/**
 * The failpoints that a deployment reaches; those of migrations are reached by making a database, those of notifications
 * and keys by their own tests.
 */
export const deploymentFailpoints = failpoints.filter(
  (each) => !/^(migration|notification|rotation|signing-keys|server-keys)-/.test(each),
);

/** Some are reached by every start; they fire when the deployment is under way. */
const late: Readonly<Partial<Record<Failpoint, number>>> = {
  'command-before-commit': 30,
  'command-after-commit': 30,
  'report-before-save': 6,
  'report-after-save': 6,
  'document-before-push': 5,
};

/**
 * Deploys a turn for each failpoint, which fires once in the middle of it, and looks whether the deployment ends well
 * and its migration ran once.
 */
export async function reachFailpoints(input: {
  readonly names: readonly Failpoint[];
  readonly action: 'kill' | 'error';
  readonly onResult?: (result: FailpointResult) => void;
}): Promise<readonly FailpointResult[]> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac failpoints '));
  const effects = await startEffects(directory);
  let estate = await startEstate();
  await addApplication(estate.client, effects.repository.path);
  const results: FailpointResult[] = [];
  try {
    for (const [index, name] of input.names.entries()) {
      const turn = index + 1;
      await estate.stop();
      const evidence = await mkdtemp(join(directory, `${name}-`));
      estate = await startEstate(estate, {
        environment: {
          ALMANAC_FAILPOINT: `${name}:${input.action}:${late[name] ?? 1}`,
          ALMANAC_FAILPOINT_FIRED: evidence,
        },
      });
      const { client } = estate;
      const commit = await effects.commitTurn(turn, { connection: name.startsWith('database-') });
      await untilAnswered(() => client.reportPush({ params: { application: 'effects' }, body: { commit } }));
      const faults: string[] = [];
      await whenRunning(client, { application: 'effects', commit, seconds: 90 }).catch((error: unknown) =>
        faults.push(error instanceof Error ? error.message : String(error)),
      );
      const fired = await waitUntil('it to fire', () => existsSync(join(evidence, name)), 20).catch(() => false);
      const times = effects.byTurn().get(turn) ?? 0;
      if (times !== 1) faults.push(`the migration ran ${times} times: ${await whatRan(client)}`);
      const result = { failpoint: `${name}:${input.action}`, fired, faults };
      results.push(result);
      input.onResult?.(result);
    }
    return results;
  } finally {
    await estate.stop();
    await estate.remove();
    await effects.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** What was planned and how it went, newest first: a migration that ran twice was ordered twice, or begun anew at the site. */
async function whatRan(client: Estate['client']): Promise<string> {
  const { items } = await client.listPlans({ query: { application: 'effects', limit: 3 } });
  return items
    .map(({ number, state, origin, environment, operations }) => {
      const builds = operations.map((each) => `${each.kind} ${each.after?.label ?? 'nothing'}`).join(', ');
      return `plan ${number} (${origin}, ${environment.name}, ${state}): ${builds}`;
    })
    .join('; ');
}

/** Kills the first start of a server before and after each migration; the next start makes up for it. */
export async function interruptMigrations(): Promise<readonly FailpointResult[]> {
  const files = await readdir(join(repository, 'apps/server/src/migrations'));
  const migrations = files.filter((each) => each.endsWith('.sql')).length;
  const results: FailpointResult[] = [];
  for (const name of ['migration-before', 'migration-after'] as const) {
    for (let count = 1; count <= migrations; count += 1) {
      const directory = await mkdtemp(join(tmpdir(), 'almanac migrations '));
      const first = await startServerOnce(directory, {
        ALMANAC_FAILPOINT: `${name}:kill:${count}`,
        ALMANAC_FAILPOINT_FIRED: directory,
      });
      const second = await startServerOnce(directory, {});
      results.push({
        failpoint: `${name}:kill:${count}`,
        fired: existsSync(join(directory, name)),
        faults: [
          ...(first === 'killed' ? [] : [`the first start ended ${first}`]),
          ...(second === 'ready' ? [] : [`the second start ended ${second}`]),
        ],
      });
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  }
  return results;
}

/** Starts a server on a folder, and ends it once it is ready; gives `ready`, `killed`, or why it did not start. */
async function startServerOnce(directory: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, [join(repository, 'apps/server/src/main.ts')], {
    env: { ...process.env, ALMANAC_PORT: '0', ALMANAC_DATA: join(directory, 'data'), ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  let answer = '';
  for await (const chunk of child.stdout) {
    answer += String(chunk);
    if (answer.includes('\n')) break;
  }
  child.kill('SIGTERM');
  const [, signal] = await ended;
  if (signal === 'SIGKILL') return 'killed';
  return answer.includes('"ready":true') ? 'ready' : answer.trim();
}
