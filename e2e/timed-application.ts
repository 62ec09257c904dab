import type { RolloutStrategyInput } from '@almanac/protocol';
import type { Repository } from '@almanac/testkit';

/**
 * An application whose answers take a known time: a fixed part and a part that varies evenly, far above what a busy
 * machine adds, so that a regression is one that its author put there and not one of the machine.
 */
const server = `import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
const { milliseconds, spread } = JSON.parse(readFileSync('pace.json', 'utf8'));
const version = process.env.ALMANAC_VERSION;
createServer((request, response) => {
  request.resume();
  if (request.url === '/healthz') return response.end('well');
  const wait = milliseconds - spread / 2 + Math.random() * spread;
  setTimeout(() => response.writeHead(200, { 'x-version': version }).end('ok'), wait);
}).listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

interface Pace {
  readonly milliseconds: number;
  readonly spread: number;
}

/** Commits a version of the application, which answers at that pace and takes over by that strategy. */
export function commitPace(
  repository: Repository,
  version: { readonly subject: string; readonly pace: Pace; readonly rollout: RolloutStrategyInput },
): Promise<string> {
  const { subject, pace, rollout } = version;
  return repository.commit(subject, {
    'package.json': '{ "type": "module" }',
    'server.js': server,
    'pace.json': JSON.stringify(pace),
    'almanac.yaml': `application: quotes
modules:
  web: { start: [node, server.js], health: /healthz, stopGrace: 2 }
rollout: ${JSON.stringify(rollout)}
`,
  });
}
