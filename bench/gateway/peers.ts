import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type GatewayConfigInput, gatewayControl, gatewayNodeOptions } from '@almanac/protocol/gateway';
import { askSite, waitUntil } from '@almanac/testkit';

/** Something that passes requests on from a port of its own, and is ended after the benchmark. */
export interface Peer {
  readonly port: number;
  /** From now on it runs on this processor only, with all of its threads. */
  readonly runOn: (processor: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const root = join(import.meta.dirname, '..', '..');

/** A backend that costs as little as possible: HAProxy answering by itself, on one thread. */
export function startBackend(directory: string, port: number): Promise<Peer> {
  const answer = 'Hello from the backend, which says a little more than nothing.';
  return startHaproxyWith(join(directory, 'backend.cfg'), port, [
    'frontend backend',
    `  bind 127.0.0.1:${port}`,
    `  http-request return status 200 content-type text/plain string "${answer}"`,
  ]);
}

/** HAProxy as a reverse proxy on one thread, choosing by host name as the gateway does. */
export function startHaproxy(
  directory: string,
  input: { readonly port: number; readonly backend: number },
): Promise<Peer> {
  return startHaproxyWith(join(directory, 'haproxy.cfg'), input.port, [
    '  option forwardfor',
    '  http-reuse always',
    '  timeout connect 5s',
    '  timeout server 60s',
    'frontend front',
    `  bind 127.0.0.1:${input.port}`,
    '  use_backend shop if { hdr(host) -i shop.localhost }',
    'backend shop',
    `  server one 127.0.0.1:${input.backend}`,
  ]);
}

async function startHaproxyWith(file: string, port: number, lines: readonly string[]): Promise<Peer> {
  const common = ['global', '  nbthread 1', 'defaults', '  mode http', '  timeout client 60s'];
  await writeFile(file, `${[...common, ...lines].join('\n')}\n`);
  return started(spawn('/usr/sbin/haproxy', ['-f', file, '-db'], { stdio: 'ignore' }), port);
}

export function startHttpProxy(input: { readonly port: number; readonly backend: number }): Promise<Peer> {
  const program = join(import.meta.dirname, 'http-proxy.mjs');
  const args = ['--no-deprecation', program, String(input.port), String(input.backend)];
  return started(spawn(process.execPath, args, { stdio: 'ignore' }), input.port);
}

/** What is asked of a gateway beside passing requests on. */
export interface GatewayDuties {
  /** Per cent of the requests for a second version. */
  readonly canary?: number;
  /** Per cent of the requests that the second version gets copies of. */
  readonly mirror?: number;
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
}

/** Our gateway as an agent runs it: a process with a control socket, one service with two versions on one backend. */
export async function startGateway(
  directory: string,
  input: { readonly port: number; readonly backend: number },
  { canary = 0, mirror, tls }: GatewayDuties = {},
): Promise<Peer> {
  const control = join(directory, `gateway-${input.port}.sock`);
  const program = join(root, 'apps/gateway/src/main.ts');
  const args = [
    ...gatewayNodeOptions,
    program,
    '--control',
    control,
    '--state',
    join(directory, `gateway-${input.port}.json`),
  ];
  const child = spawn(process.execPath, args, {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production' },
  });
  const versions = [
    { version: 'one', build: 'build', weight: 100 - canary },
    { version: 'two', build: 'build', weight: canary },
  ];
  const config: GatewayConfigInput = {
    revision: 1,
    listeners: [
      {
        port: input.port,
        target: { kind: 'hosts', hosts: { 'shop.localhost': 'shop/web' } },
        tls: tls === undefined ? null : { certificates: [{ names: ['shop.localhost'], ...tls }] },
      },
    ],
    services: [
      {
        name: 'shop/web',
        hold: false,
        versions,
        backends: versions.map(({ version }) => ({ instance: version, port: input.backend, version, state: 'active' })),
        ...(mirror === undefined ? {} : { mirror: { version: 'two', percent: mirror } }),
      },
    ],
  };
  await waitUntil('the control socket', () => existsSync(control), 10);
  await new Promise<void>((resolve, reject) => {
    const put = request({ socketPath: control, method: 'PUT', path: gatewayControl.config }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    put.on('error', reject);
    put.end(JSON.stringify(config));
  });
  return started(child, input.port, tls !== undefined);
}

async function started(child: ChildProcess, port: number, secure = false): Promise<Peer> {
  await waitUntil(
    `port ${port}`,
    async () => (secure ? canConnect(port) : (await askSite({ port, application: 'shop', path: '/' })).status === 200),
    20,
  );
  return {
    port,
    runOn: async (processor) => {
      await promisify(execFile)('taskset', [
        '--all-tasks',
        '--cpu-list',
        '--pid',
        String(processor),
        String(child.pid),
      ]);
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
