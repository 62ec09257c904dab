import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { accountsOf, type Estate, freePorts } from '@almanac/testkit';
import { type Relay, startRelay } from './relay.ts';

const repository = join(import.meta.dirname, '..', '..');

/** A site with an agent of its own, whose connection to the server goes through a relay. */
export interface RelayedSite {
  readonly relay: Relay;
  readonly frontPort: number;
  readonly stop: () => Promise<void>;
}

/** Adds a site `edge` to Development; `directory` is for its files, `root` where its sources stand. */
export async function startRelayedSite(
  estate: Estate,
  input: { readonly directory: string; readonly root?: string },
): Promise<RelayedSite> {
  const { directory, root = repository } = input;
  const relay = await startRelay(new URL(estate.url));
  const frontPort = await freePorts(1);
  const environment = {
    ...process.env,
    ALMANAC_RUNTIME_DIR: join(directory, 'runtime'),
    ALMANAC_UID_RANGE: accountsOf(frontPort),
  };
  const runAgent = (action: string, ...more: readonly string[]) =>
    spawn(
      process.execPath,
      [join(root, 'apps/agent/src/main.ts'), action, '--server', relay.url, '--data', join(directory, 'edge'), ...more],
      { stdio: 'ignore', env: environment },
    );
  const { enrolment } = await estate.client.createSite({ body: { name: 'edge', environment: 'development' } });
  const agent = runAgent('run', '--token', enrolment.token, '--front-port', String(frontPort));
  return {
    relay,
    frontPort,
    stop: async () => {
      agent.kill('SIGTERM');
      if (agent.exitCode === null) await once(agent, 'exit');
      await once(runAgent('stop-all', '--front-port', String(frontPort)), 'exit');
      await relay.stop();
    },
  };
}
