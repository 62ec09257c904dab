import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createRepository, type Repository } from '@almanac/testkit';

/** The ledger of what deployments did in the world outside: each migration says here that it ran, and of which turn. */
export interface Effects {
  /** How often the migration of each turn ran. */
  readonly byTurn: () => ReadonlyMap<number, number>;
  readonly repository: Repository;
  /** Commits another turn; with a connection of its own it gets another database. */
  readonly commitTurn: (turn: number, options?: { readonly connection: boolean }) => Promise<string>;
  readonly stop: () => Promise<void>;
}

const server = (turn: number) => `
require('node:http').createServer((request, response) => response.end('turn ${turn}')).listen(process.env.PORT, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

/** Takes a while, as migrations do, and tells its effect in the middle. */
const migrate = (turn: number, port: number) => `
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
(async () => {
  await wait(150);
  await fetch('http://127.0.0.1:${port}/${turn}', { method: 'POST' });
  await wait(150);
})();
`;

const manifest = `application: effects
modules:
  web: { migrate: { run: [node, migrate.js], reversible: true }, start: [node, server.js], health: /, stopGrace: 2 }
settings:
  COUNTER: { default: "0" }
`;

const connectionOf = (turn: number) => `connections:
  DATABASE_OF_TURN_${turn}: { type: postgres, scope: site }
`;

/** Starts the ledger, and makes the application whose migrations write into it. */
export async function startEffects(directory: string): Promise<Effects> {
  const turns = new Map<number, number>();
  const ledger = createServer((request, response) => {
    const turn = Number(request.url?.slice(1));
    turns.set(turn, (turns.get(turn) ?? 0) + 1);
    response.end();
  });
  await new Promise<void>((resolve) => ledger.listen(0, '127.0.0.1', resolve));
  const { port } = ledger.address() as AddressInfo;
  const repository = await createRepository(join(directory, 'effects'));
  const commitTurn: Effects['commitTurn'] = (turn, options) =>
    repository.commit(`feat: turn ${turn}`, {
      'almanac.yaml': `${manifest}${options?.connection === true ? connectionOf(turn) : ''}`,
      'server.js': server(turn),
      'migrate.js': migrate(turn, port),
    });
  await commitTurn(0);
  return {
    byTurn: () => turns,
    repository,
    commitTurn,
    stop: async () => {
      ledger.closeAllConnections();
      await new Promise((resolve) => ledger.close(resolve));
    },
  };
}
