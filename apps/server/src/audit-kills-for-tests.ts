import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@almanac/host';
import { outputOf, runAlmanac, waitUntil } from '@almanac/testkit';
import fc from 'fast-check';
import pg from 'pg';
import { createCommands } from './audit-commands-for-tests.ts';
import { readLeft } from './audit-ledger-for-tests.ts';
import { type ServerProcess, startServerProcess } from './server-process-for-tests.ts';

/** Where a server is killed: at a failpoint, or so many turns after so many commands were sent to it. */
interface Point {
  readonly failpoint: string | undefined;
  readonly sent: number;
  readonly turns: number;
}

export interface AuditKills {
  /** Entries without a change, changes without an entry, and so on, in words. */
  readonly faults: readonly string[];
  readonly acknowledged: number;
  /** Whose answer never came: some took effect, and some did not. */
  readonly unknown: { readonly took: number; readonly lost: number };
  /** Sent again with the same key, until they were answered. */
  readonly repeated: number;
  readonly entries: number;
  /** What somebody finds who verifies the whole audit afterwards, with the checkpoints that were kept elsewhere. */
  readonly verdict: unknown;
}

/**
 * Kills a server process again and again while eight senders send it commands, and compares each time, on the database
 * that it leaves, the entries of the audit with what took effect and with what was acknowledged.
 */
export async function killWhileCommanding(given: {
  readonly kills: number;
  readonly seed: number;
}): Promise<AuditKills> {
  const estate = await openKillable();
  const { database } = estate;
  const commands = createCommands(given.seed);
  const faults: string[] = [];
  try {
    for (const [at, point] of pointsOf(given).entries()) {
      const { server, at: whenListening } = estate.startProcess(point.failpoint);
      let sent = 0;
      const onSent = () => {
        sent += 1;
        if (point.failpoint === undefined && sent === point.sent)
          afterTurns(point.turns, () => void server.end('SIGKILL'));
      };
      const listening = await whenListening;
      // It is not there where the failpoint fired before.
      if (listening !== undefined) {
        if (at === 0) await commands.begin(listening);
        await commands.sendAll(listening, onSent);
      }
      const end = await server.ended;
      if (end !== 'SIGKILL') throw new Error(`the server ended with ${end}: ${server.complaints.join('')}`);
      await whenAlone(database);
      const found = commands.faultsOf(await readLeft(database));
      faults.push(...found.map((each) => `after kill ${at} (${JSON.stringify(point)}): ${each}`));
      if (faults.length > 0) break;
    }
    const { url, token } = await estate.start();
    await waitUntil('the audit to be sealed, and a checkpoint kept elsewhere', async () => {
      const { rows } = await database.query('select count(*)::int as left from audit where sequence is null');
      return rows[0].left === 0 && (await readFile(estate.sink, 'utf8')).includes('\n');
    });
    const left = await readLeft(database);
    faults.push(...commands.faultsOf(left));
    const verify = ['audit', 'verify', '--against', estate.sink, '--json'];
    const verified = await runAlmanac(verify, { server: { url }, token });
    return { faults, ...commands.counted(left), verdict: JSON.parse(outputOf(verified)) };
  } finally {
    await estate.remove();
  }
}

/** A database of its own, which outlives the servers that are started on it. */
async function openKillable() {
  const directory = await mkdtemp(join(tmpdir(), 'almanac audit kills '));
  const postgres = await startPostgres({
    dataDirectory: join(directory, 'postgres'),
    logFile: join(directory, 'postgres.log'),
    mode: { kind: 'private-socket' },
    guarded: true,
  });
  const { user, host, database: name } = postgres.connection;
  const address = `postgres://${user}@localhost/${name}?host=${encodeURIComponent(host)}`;
  const database = new pg.Client({ connectionString: address });
  await database.connect();
  const sink = join(directory, 'checkpoints.jsonl');
  const tokens = join(directory, 'tokens');
  let running: ServerProcess | undefined;
  const startProcess = (failpoint?: string) => {
    const server = startServerProcess({
      ALMANAC_DATA: join(directory, 'data'),
      ALMANAC_BOOTSTRAP_TOKENS: tokens,
      ALMANAC_AUDIT_SINK: sink,
      DATABASE_URL: address,
      ...(failpoint === undefined ? {} : { ALMANAC_FAILPOINT: failpoint }),
    });
    running = server;
    const at = server.told.then(async ({ url }) =>
      url === undefined ? undefined : { url, token: (await readFile(join(tokens, 'launcher'), 'utf8')).trim() },
    );
    return { server, at };
  };
  return {
    database,
    sink,
    startProcess,
    start: async () => {
      const { server, at } = startProcess();
      const listening = await at;
      if (listening === undefined) throw new Error(`the server did not start: ${server.complaints.join('')}`);
      return listening;
    },
    remove: async () => {
      await running?.end('SIGKILL');
      await database.end();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

function pointsOf({ kills, seed }: { readonly kills: number; readonly seed: number }): readonly Point[] {
  const numbers = fc.record({ sent: fc.integer({ min: 3, max: 60 }), turns: fc.nat(40) });
  return fc.sample(numbers, { seed, numRuns: kills }).map(({ sent, turns }, at) => {
    const side = [undefined, 'before', 'after'][at % 4];
    return { failpoint: side === undefined ? undefined : `command-${side}-commit:kill:${sent}`, sent, turns };
  });
}

function afterTurns(turns: number, work: () => void): void {
  setImmediate(() => (turns === 0 ? work() : afterTurns(turns - 1, work)));
}

/** What a session was asked before its client died is done or undone once the session is gone. */
async function whenAlone(database: pg.Client): Promise<void> {
  await waitUntil('the sessions of the server to end', async () => {
    const { rows } = await database.query(
      `select count(*)::int as others from pg_stat_activity
       where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return rows[0].others === 0;
  });
}
