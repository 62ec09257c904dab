import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
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
export async function prepareToolchains(directory: string): Promise<Toolchains> {
  const bin = join(directory, 'toolchain', 'bin');
  const cache = join(directory, 'cache', 'npm');
  const emptyConfig = join(directory, 'toolchain', 'npmrc');
  await rm(join(directory, 'toolchain'), { recursive: true, force: true });
  await mkdir(bin, { recursive: true });
  await mkdir(cache, { recursive: true });
  await writeFile(emptyConfig, '');
  await symlink(process.execPath, join(bin, 'node'));
  const cli = findNpmCli();
  if (cli !== undefined) {
    await writeWrapper(join(bin, 'npm'), join(cli, 'npm-cli.js'));
    await writeWrapper(join(bin, 'npx'), join(cli, 'npx-cli.js'));
  }
  const npm: Record<string, string> = {
    npm_config_cache: cache,
    npm_config_userconfig: emptyConfig,
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    ...(cli === undefined ? {} : await hostNpmSettings(join(cli, 'npm-cli.js'))),
  };
  const hostPath = process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  const major = process.versions.node.split('.')[0];
  const node: Toolchain = {
    identity: `node@${process.versions.node}`,
    environment: { ...npm, PATH: `${bin}${delimiter}${hostPath}` },
  };
  const host: Toolchain = { identity: 'host', environment: { ...npm, PATH: hostPath } };
  return {
    resolve: (name, module) => {
      if (name === undefined || name === 'node' || name === `node@${major}` || name === node.identity) return node;
      if (name === 'host') return host;
      throw failed(
        'manifest-invalid',
        `toolchain ${name} of module ${module} is not available; this builder has node@${major} and host`,
        { module },
      );
    },
  };
}

async function writeWrapper(path: string, script: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\nexec '${quoted(process.execPath)}' '${quoted(script)}' "$@"\n`);
  await chmod(path, 0o755);
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
