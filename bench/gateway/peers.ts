import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { type GatewayConfigInput, gatewayControl } from '@almanac/protocol';
import { askSite, waitUntil } from '@almanac/testkit';

/** Something that passes requests on from a port of its own, and is ended after the benchmark. */
export interface Peer {
  readonly port: number;
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

/** Our gateway as an agent runs it: a process with a control socket, one service with one backend. */
export async function startGateway(
  directory: string,
  input: { readonly port: number; readonly backend: number },
): Promise<Peer> {
  const control = join(directory, 'gateway.sock');
  const program = join(root, 'apps/gateway/src/main.ts');
  const child = spawn(process.execPath, [program, '--control', control, '--state', join(directory, 'gateway.json')], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production' },
  });
  const config: GatewayConfigInput = {
    revision: 1,
    listeners: [{ port: input.port, target: { kind: 'hosts', hosts: { 'shop.localhost': 'shop/web' } } }],
    services: [
      {
        name: 'shop/web',
        hold: false,
        versions: [{ version: 'one', build: 'build', weight: 100 }],
        backends: [{ instance: 'one', port: input.backend, version: 'one', state: 'active' }],
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
  return started(child, input.port);
}

async function started(child: ChildProcess, port: number): Promise<Peer> {
  await waitUntil(
    `port ${port}`,
    async () => (await askSite({ port, application: 'shop', path: '/' })).status === 200,
    20,
  );
  return {
    port,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}
