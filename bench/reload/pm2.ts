import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesAt } from './application.ts';

/** The application under PM2 in cluster mode, with a daemon of its own. */
export interface Pm2 {
  /** Replaces the files by those of a turn; what runs is not touched yet. */
  readonly putFiles: (turn: number) => Promise<void>;
  /** `pm2 reload`: resolves when all instances were replaced. */
  readonly reload: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startPm2(input: {
  readonly directory: string;
  readonly port: number;
  readonly instances: number;
}): Promise<Pm2> {
  const { directory, port, instances } = input;
  // PM2 reads its home when it is loaded.
  process.env['PM2_HOME'] = join(directory, 'pm2');
  process.env['PM2_DISABLE_VERSION_CHECK'] = 'true';
  const { default: pm2 } = await import('pm2');
  const application = join(directory, 'application');
  const putFiles = async (turn: number) => {
    await mkdir(application, { recursive: true });
    for (const [name, text] of Object.entries(filesAt(turn))) await writeFile(join(application, name), text);
  };
  const call = (work: (done: (error: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => work((error) => (error ? reject(error) : resolve())));
  await putFiles(0);
  await call((done) => pm2.connect(done));
  const stop = async () => {
    await call((done) => pm2.killDaemon(done));
  };
  try {
    await call((done) =>
      pm2.start(
        {
          name: 'bench',
          script: 'server.js',
          cwd: application,
          exec_mode: 'cluster',
          instances,
          wait_ready: true,
          env: { PORT: String(port) },
        },
        done,
      ),
    );
    return { putFiles, reload: () => call((done) => pm2.reload('bench', done)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
