import type { RolloutStrategyInput } from '@almanac/protocol';
import type { Repository } from '@almanac/testkit';

/** How a version fails. `late` ones are well at first, and have all the requests by then. */
export type FaultKind =
  | 'none'
  | 'crash-loop'
  | 'late-crash-loop'
  | 'hang'
  | 'late-hang'
  | 'slow-start'
  | 'errors'
  | 'memory-growth'
  | 'bad-setting';

/** How a version takes over; recreated, the version before ends first. */
export const takeovers = {
  rolling: { strategy: 'rolling' },
  recreate: { strategy: 'recreate' },
  'blue-green': { strategy: 'blue-green' },
  canary: {
    strategy: 'canary',
    keepOld: 0,
    steps: [
      { weight: 50 },
      {
        analyse: {
          metrics: [
            {
              name: 'errors',
              source: { provider: 'gateway', of: 'error-rate' },
              rule: { kind: 'threshold', failure: { above: 0.1 } },
              interval: 2,
              count: 10,
              minRequests: 10,
            },
          ],
        },
      },
    ],
  },
} as const satisfies Readonly<Record<string, RolloutStrategyInput>>;
export type Takeover = keyof typeof takeovers;

/** So long a version may be without progress, in seconds; a slow start takes three times as long. */
const startTimeout = 5;
export const application = 'failing';
/** A value of its setting with which the application refuses to start. */
export const badMode = (turn: number) => `impossible-${turn}`;
/** What a version calls itself: its turn and its setting. */
export const versionOf = (turn: number, mode = 'plain') => `${turn} ${mode}`;

/**
 * Answers with its version, until it does what its fault says; it tells the ledger of each process of it, and of the
 * moment in which the fault begins, so that nobody has to guess whether it did.
 */
const server = `import { readFileSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
const { turn, kind, ledger } = JSON.parse(readFileSync('fault.json', 'utf8'));
const mode = process.env.MODE;
const version = turn + ' ' + mode;
const tell = (what) => new Promise((resolve) => {
  const told = ask({ host: '127.0.0.1', port: ledger, method: 'POST', path: '/', agent: false }, (answer) => answer.resume().on('end', resolve));
  told.on('error', resolve);
  told.end(JSON.stringify({ version, what, pid: process.pid }));
});
let fired = false;
const fire = () => { if (fired) return undefined; fired = true; return tell('fault'); };
let hangs = false;
const failLate = async () => {
  await fire();
  if (kind === 'late-crash-loop') process.exit(1);
  if (kind === 'late-hang') hangs = true;
  const kept = [];
  if (kind === 'memory-growth') setInterval(() => kept.push(Buffer.alloc(16 * 1024 * 1024, 1)), 100);
};
const server = createServer((request, response) => {
  request.resume();
  if (hangs) return;
  if (kind === 'errors' && request.url !== '/healthz' && Math.random() < 0.5) {
    void fire();
    response.writeHead(500, { 'x-version': version }).end();
    return;
  }
  response.writeHead(200, { 'x-version': version }).end('ok');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { server.close(() => process.exit(0)); });
await tell('process');
const listen = () => server.listen(Number(process.env.PORT), '127.0.0.1');
if (mode.startsWith('impossible')) { await fire(); process.exit(1); }
if (kind === 'crash-loop') { await fire(); process.exit(1); }
if (kind === 'hang') { await fire(); hangs = true; }
if (kind === 'slow-start') { await fire(); setTimeout(listen, ${startTimeout * 3000}); }
else listen();
if (['late-crash-loop', 'late-hang', 'memory-growth'].includes(kind)) setTimeout(failLate, 2000);
`;

/** Commits a version of the application. */
export function commitVersion(
  repository: Repository,
  version: { readonly turn: number; readonly kind: FaultKind; readonly takeover: Takeover; readonly ledger: number },
): Promise<string> {
  const { turn, kind, takeover, ledger } = version;
  return repository.commit(`feat: turn ${turn}, ${kind} by ${takeover}`, {
    'package.json': '{ "type": "module" }',
    'server.js': server,
    'fault.json': JSON.stringify({ turn, kind, ledger }),
    'almanac.yaml': `application: ${application}
modules:
  web: { start: [node, server.js], health: /healthz, startTimeout: ${startTimeout}, stopGrace: 2, resources: { memory: 256Mi } }
settings:
  MODE: { default: plain }
rollout: ${JSON.stringify(takeovers[takeover])}
`,
  });
}
