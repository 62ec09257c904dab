import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OutboundFault, type Reach } from '@almanac/host';
import { branchName } from '@almanac/protocol';
import { failed, type JobFault } from '../jobs/job-fault.ts';
import type { Git } from './git.ts';

export interface Source {
  readonly repository: string;
  readonly branch: string;
}

/** A repository as git is told of it. */
export interface Remote {
  readonly kind: 'https' | 'folder';
  readonly address: string;
  /** Settings by environment: git connects to the addresses that were judged, and does not resolve the name again. */
  readonly env: Readonly<Record<string, string>>;
}

export type OpenRemote = (source: Source) => Promise<Remote>;

/** From this one on git takes addresses from us (`http.curloptResolve`). */
const leastVersion = [2, 37] as const;

/** Judges where a repository is before git hears of it: only https within `reach`, and folders of this machine. */
export function createOpenRemote(input: { readonly git: Git; readonly reach: Reach }): OpenRemote {
  let recentEnough: Promise<void> | undefined;
  return async ({ repository, branch }) => {
    if (!branchName.safeParse(branch).success)
      throw failed('repository-refused', `${JSON.stringify(branch)} is refused: it is not the name of a branch`);
    const place = placeOf(repository);
    if (typeof place === 'string') return { kind: 'folder', address: place, env: {} };
    recentEnough ??= requireRecentGit(input.git);
    await recentEnough;
    return { kind: 'https', address: place.href, env: await pinned(place, input.reach) };
  };
}

/** A folder of this machine, or the address of a repository elsewhere. */
function placeOf(repository: string): string | URL {
  if (isAbsolute(repository)) return folderAt(repository, repository);
  if (!URL.canParse(repository)) throw refused(repository, 'it is neither a URL nor an absolute path');
  const url = new URL(repository);
  const shown = url.host === '' ? repository : `${url.protocol}//${url.host}${url.pathname}`;
  if (url.protocol !== 'https:' && url.protocol !== 'file:')
    throw refused(shown, `${url.protocol} is not supported; use https: or file:`);
  if (url.username !== '' || url.password !== '')
    throw refused(shown, 'it carries credentials, and private repositories are not supported yet');
  if (url.protocol === 'https:') return url;
  if (url.host !== '') throw refused(shown, 'file: names a folder of this machine; leave the host away');
  return folderAt(fileURLToPath(url), repository);
}

function folderAt(path: string, shown: string): string {
  if (!existsSync(path)) throw failed('repository-unreachable', `there is no repository at ${shown}`);
  return path;
}

/**
 * Through a proxy of the environment the name is resolved there, not here: then the operator's proxy judges what does not
 * resolve on this machine.
 */
async function pinned(url: URL, reach: Reach): Promise<Readonly<Record<string, string>>> {
  try {
    const addresses = await reach.addressesOf(url);
    const listed = addresses.map(({ address, family }) => (family === 6 ? `[${address}]` : address)).join(',');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.curloptResolve',
      GIT_CONFIG_VALUE_0: `${host}:${url.port || '443'}:${listed}`,
    };
  } catch (error) {
    if (!(error instanceof OutboundFault)) throw error;
    if (error.kind === 'refused') throw refused(`${url.protocol}//${url.host}${url.pathname}`, error.message);
    if (isThroughProxy(process.env)) return {};
    throw failed('repository-unreachable', `${url.href} cannot be read: ${error.message}`);
  }
}

function isThroughProxy(environment: NodeJS.ProcessEnv): boolean {
  return (environment['https_proxy'] ?? environment['HTTPS_PROXY'] ?? '') !== '';
}

async function requireRecentGit(git: Git): Promise<void> {
  const text = await git.run(['version']);
  const [, major = 0, minor = 0] = (/^git version (\d+)\.(\d+)/.exec(text) ?? []).map(Number);
  if (major < leastVersion[0] || (major === leastVersion[0] && minor < leastVersion[1]))
    throw failed(
      'repository-refused',
      `the builder's ${text.trim()} is too old to read from elsewhere safely; install git ${leastVersion.join('.')} or newer`,
    );
}

function refused(shown: string, why: string): JobFault {
  return failed('repository-refused', `${shown} is refused: ${why}`);
}
