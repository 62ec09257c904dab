import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { provideFolder, type RuntimeDirectory } from '@almanac/host';
import { failed } from '../jobs/job-fault.ts';

/** The programs and the environment with which the commands of a module run. */
export interface Toolchain {
  /** Names the programs exactly enough that another one makes another input key. */
  readonly identity: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Toolchains {
  readonly resolve: (name: string | undefined, module: string) => Toolchain;
}

/**
 * Prepares `node`, `npm` and `npx` of the Node that runs the builder in a folder of their own, and reads which
 * registry and certificates this host's npm uses, so that `npm ci` works without the host's personal settings.
 */
export async function prepareToolchains(input: {
  readonly directory: string;
  readonly runtime: RuntimeDirectory | undefined;
}): Promise<Toolchains> {
  const { runtime } = input;
  const root = runtime === undefined ? join(input.directory, 'toolchain') : join(runtime.path, 'programs', 'builds');
  const bin = join(root, 'bin');
  const emptyConfig = join(root, 'npmrc');
  await mkdir(bin, { recursive: true, mode: 0o755 });
  await writeFile(emptyConfig, '', { mode: 0o644 });
  const node = runtime === undefined ? process.execPath : join(runtime.programs, 'node');
  await replaceLink(node, join(bin, 'node'));
  const found = findNpmCli();
  const cli = found === undefined || runtime === undefined ? found : await provideNpm(found, runtime);
  if (cli !== undefined) {
    await writeWrapper({ path: join(bin, 'npm'), node, script: join(cli, 'npm-cli.js') });
    await writeWrapper({ path: join(bin, 'npx'), node, script: join(cli, 'npx-cli.js') });
  }
  const npm: Record<string, string> = {
    npm_config_userconfig: emptyConfig,
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    ...(cli === undefined ? {} : await hostNpmSettings(join(cli, 'npm-cli.js'))),
  };
  const hostPath = process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  const major = process.versions.node.split('.')[0];
  const withNode: Toolchain = {
    identity: `node@${process.versions.node}`,
    environment: { ...npm, PATH: `${bin}${delimiter}${hostPath}` },
  };
  const host: Toolchain = { identity: 'host', environment: { ...npm, PATH: hostPath } };
  return {
    resolve: (name, module) => {
      if (name === undefined || name === 'node' || name === `node@${major}` || name === withNode.identity)
        return withNode;
      if (name === 'host') return host;
      throw failed(
        'manifest-invalid',
        `toolchain ${name} of module ${module} is not available; this builder has node@${major} and host`,
        { module },
      );
    },
  };
}

async function writeWrapper(input: {
  readonly path: string;
  readonly node: string;
  readonly script: string;
}): Promise<void> {
  const fresh = `${input.path}.${process.pid}`;
  await writeFile(fresh, `#!/bin/sh\nexec '${quoted(input.node)}' '${quoted(input.script)}' "$@"\n`);
  await chmod(fresh, 0o755);
  await rename(fresh, input.path);
}

/** Whole at every moment: another builder of this machine may use it now. */
async function replaceLink(target: string, path: string): Promise<void> {
  const fresh = `${path}.${process.pid}`;
  await rm(fresh, { force: true });
  await symlink(target, fresh);
  await rename(fresh, path);
}

/** npm may stand where only we can read it; gives the scripts of a copy that every account can read. */
async function provideNpm(scripts: string, runtime: RuntimeDirectory): Promise<string> {
  const from = dirname(scripts);
  const { version } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as { readonly version: string };
  const into = join(runtime.path, 'programs', `npm-${version}`);
  await provideFolder({ from, into });
  return join(into, 'bin');
}

function quoted(text: string): string {
  return text.replaceAll("'", `'\\''`);
}

/** The folder of npm's own scripts: beside our Node when it brings npm, else that of the host's npm. */
function findNpmCli(): string | undefined {
  const beside = join(dirname(dirname(process.execPath)), 'lib', 'node_modules', 'npm', 'bin');
  if (existsSync(join(beside, 'npm-cli.js'))) return beside;
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const program = join(folder, 'npm');
    if (folder === '' || !existsSync(program)) continue;
    const real = dirname(realpathSync(program));
    if (existsSync(join(real, 'npm-cli.js'))) return real;
  }
  return undefined;
}

/** Registry and certificates only: tokens and everything personal stay out of the reach of foreign code. */
async function hostNpmSettings(npmCli: string): Promise<Record<string, string>> {
  const keys = ['registry', 'cafile', 'https-proxy', 'proxy', 'noproxy', 'strict-ssl'];
  const { stdout } = await promisify(execFile)(process.execPath, [npmCli, 'config', 'get', ...keys], {
    timeout: 20_000,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...hostGlobalConfig() },
  });
  const settings: Record<string, string> = {};
  for (const line of stdout.split('\n')) {
    const [key, value] = splitOnce(line.trim(), '=');
    if (key === '' || value === '' || value === 'null' || value === 'undefined') continue;
    if (value.includes('@') && value.includes('://')) continue;
    settings[`npm_config_${key.replaceAll('-', '_')}`] = value;
  }
  return settings;
}

/** npm looks for its global settings beside the Node that runs it; ours is elsewhere, so the host's are named. */
function hostGlobalConfig(): Record<string, string> {
  const given = process.env['npm_config_globalconfig'] ?? process.env['NPM_CONFIG_GLOBALCONFIG'];
  const candidates = [given, '/usr/etc/npmrc', '/usr/local/etc/npmrc', '/etc/npmrc'];
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  return found === undefined ? {} : { npm_config_globalconfig: found };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
