import { runProgram } from './run-program.ts';

/** Installs Debian's Chromium. Changes the host, so it is called only when `ALMANAC_INSTALL_BROWSER=1` asks for it. */
export async function installChromium(): Promise<void> {
  console.log('installing chromium with apt-get, as ALMANAC_INSTALL_BROWSER=1 asks');
  await aptGet(['update', '-q']);
  await aptGet(['install', '-q', '-y', '--no-install-recommends', 'chromium']);
}

async function aptGet(args: readonly string[]): Promise<void> {
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  const { code, output } = await runProgram({ command: 'apt-get', args, environment, output: 'collect' });
  if (code === 0) return;
  process.stderr.write(output);
  throw new Error(`apt-get ${args.join(' ')} failed with exit code ${code}; its output stands above.`);
}
