import type { Repository } from '@almanac/testkit';

/** The same for both: answers with what it read at its start, says when it listens, and ends its requests on a signal. */
const server = `import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
const turn = readFileSync('turn.txt');
const server = createServer((request, response) => {
  request.resume();
  response.end(turn);
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => process.exit(0)));
`;

/** The files of the application as they are at a turn. */
export function filesAt(turn: number): Readonly<Record<string, string>> {
  return { 'package.json': '{ "type": "module" }', 'server.js': server, 'turn.txt': String(turn) };
}

/** Commits a turn of the application, with the manifest that Almanac reads. */
export function commitTurn(
  repository: Repository,
  input: { readonly turn: number; readonly instances: number; readonly extra: number },
): Promise<string> {
  return repository.commit(`feat: turn ${input.turn}`, {
    ...filesAt(input.turn),
    'almanac.yaml': `application: bench
modules:
  web: { start: node server.js, health: /, scale: { min: ${input.instances} } }
rollout: { strategy: rolling, maxSurge: ${input.extra} }
`,
  });
}
