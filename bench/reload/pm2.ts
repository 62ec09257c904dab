import { execFile, fork } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { filesAt } from './application.ts';

const command = join(dirname(createRequire(import.meta.url).resolve('pm2/package.json')), 'bin', 'pm2');

/** The application under PM2 in cluster mode, with a daemon of its own. */
export interface Pm2 {
  /** Replaces the files by those of a turn; what runs is not touched yet. */
  readonly putFiles: (turn: number) => Promise<void>;
  /** Resolves when all instances were replaced. */
  readonly reload: () => Promise<void>;
  /** The same by the command `pm2 reload`, as people type it. */
  readonly reloadByCommand: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startPm2(input: {
  readonly directory: string;
  readonly port: number;
  readonly instances: number;
}): Promise<Pm2> {
  const { directory, port, instances } = input;
  const application = join(directory, 'application');
  const putFiles = async (turn: number) => {
    await mkdir(application, { recursive: true });
    for (const [name, text] of Object.entries(filesAt(turn))) await writeFile(join(application, name), text);
  };
  await putFiles(0);
  const env = { ...process.env, PM2_HOME: join(directory, 'pm2'), PM2_DISABLE_VERSION_CHECK: 'true' };
  const driver = fork(join(import.meta.dirname, 'pm2-driver.mjs'), {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const call = (request: 'start' | 'reload' | 'stop', given?: unknown) =>
    new Promise<void>((resolve, reject) => {
      const ended = () => reject(new Error(`PM2 ended instead of: ${request}`));
      driver.once('exit', ended);
      driver.once('message', ({ fault }: { readonly fault: string | null }) => {
        driver.off('exit', ended);
        if (fault === null) resolve();
        else reject(new Error(`PM2 cannot ${request}: ${fault}`));
      });
      driver.send({ request, given });
    });
  const stop = async () => {
    await call('stop');
    driver.kill('SIGKILL');
  };
  try {
    await call('start', {
      name: 'bench',
      script: 'server.js',
      cwd: application,
      exec_mode: 'cluster',
      instances,
      wait_ready: true,
      env: { PORT: String(port) },
    });
    const reloadByCommand = async () => {
      await promisify(execFile)(process.execPath, [command, 'reload', 'bench'], { env });
    };
    return { putFiles, reload: () => call('reload', 'bench'), reloadByCommand, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
