import { runProgram } from './run-program.ts';

/** Installs packages of Debian. Changes the host, so it is called only where a variable of the environment asks for it. */
export async function installPackages(packages: readonly string[], asked: string): Promise<void> {
  console.log(`installing ${packages.join(', ')} with apt-get, as ${asked} asks`);
  await aptGet(['update', '-q']);
  await aptGet(['install', '-q', '-y', '--no-install-recommends', ...packages]);
}

async function aptGet(args: readonly string[]): Promise<void> {
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  const { code, output } = await runProgram({ command: 'apt-get', args, environment, output: 'collect' });
  if (code === 0) return;
  process.stderr.write(output);
  throw new Error(`apt-get ${args.join(' ')} failed with exit code ${code}; its output stands above.`);
}
