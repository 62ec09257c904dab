import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReach, openLocalAuthority } from '@almanac/host';
import { hostileAddresses } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JobFault } from '../jobs/job-fault.ts';
import { createGit } from './git.ts';
import { createMirrors } from './mirror.ts';
import { createOpenRemote } from './remote.ts';

const signal = new AbortController().signal;

describe('git, as the builder runs it', () => {
  let directory: string;
  /** A listener inside, to which nobody may come. */
  let canary: Server;
  let connections = 0;
  /** A host that may be reached and leads to the canary. */
  let leading: Server;
  const asked: string[] = [];
  const kept = process.env['GIT_SSL_CAINFO'];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac reach '));
    canary = createTcpServer((socket) => socket.destroy()).on('connection', () => {
      connections += 1;
    });
    await listen(canary, '127.0.0.1');
    const authority = await openLocalAuthority(join(directory, 'authority'));
    const { certificateFile, keyFile } = await authority.issue('git', ['git.example']);
    process.env['GIT_SSL_CAINFO'] = authority.authorityFile;
    const tls = { cert: await readFile(certificateFile), key: await readFile(keyFile) };
    leading = createServer(tls, (request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(302, { location: `http://127.0.0.1:${portOf(canary)}${request.url}` }).end();
    });
    await listen(leading, '127.0.0.2');
  });
  afterAll(async () => {
    if (kept === undefined) delete process.env['GIT_SSL_CAINFO'];
    else process.env['GIT_SSL_CAINFO'] = kept;
    for (const server of [canary, leading]) server.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Names lead to the first address, and at each later look to this machine. */
  const mirrorsBy = (internal: readonly string[], first: string) => {
    let looks = 0;
    const resolve = async () => {
      looks += 1;
      return [{ address: looks === 1 ? first : '127.0.0.1', family: 4 }];
    };
    const git = createGit(join(directory, 'git'));
    const reach = createReach({ internal, setting: 'ALMANAC_OUTBOUND_INTERNAL', resolve });
    return createMirrors({
      git,
      openRemote: createOpenRemote({ git, reach }),
      root: join(directory, 'mirrors'),
      limits: { seconds: 20, bytes: 1e6 },
    });
  };
  const faultOf = async (repository: string, mirrors = mirrorsBy([], '127.0.0.1')) => {
    const error: unknown = await mirrors.fetchBranch({ repository, branch: 'main' }, signal).catch((each) => each);
    return error instanceof JobFault ? error.fault.code : `no refusal: ${String(error)}`;
  };

  it('comes to no address inside, however it is written', async () => {
    const spellings = hostileAddresses(portOf(canary)).filter((each) => !each.startsWith('/'));
    const codes = new Map<string, string>();
    for (const spelling of spellings) codes.set(spelling, await faultOf(`${spelling}shop.git`));

    expect(codes.size).toBeGreaterThanOrEqual(200);
    expect([...codes].filter(([, code]) => !/^repository-(refused|unreachable)$/.test(code))).toEqual([]);
    expect(connections).toBe(0);
  });

  it('goes to the address that was judged, and follows nobody who leads elsewhere', async () => {
    const repository = `https://git.example:${portOf(leading)}/shop.git`;
    const mirrors = mirrorsBy(['127.0.0.2'], '127.0.0.2');

    expect(await faultOf(repository, mirrors)).toBe('repository-refused');

    expect(asked).toEqual(['/shop.git/info/refs?service=git-upload-pack']);
    expect(connections).toBe(0);
  });

  it('would reach the listener inside, were it allowed to', async () => {
    const mirrors = mirrorsBy(['127.0.0.1'], '127.0.0.1');

    expect(await faultOf(`https://git.example:${portOf(canary)}/shop.git`, mirrors)).toBe('repository-unreachable');

    expect(connections).toBeGreaterThan(0);
  });
});

function listen(server: Server, host: string): Promise<void> {
  return new Promise((resolve) => server.listen(0, host, resolve));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
