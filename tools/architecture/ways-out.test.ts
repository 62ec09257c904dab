import { describe, expect, test } from 'vitest';
import { readSources } from './modules.ts';
import { unknownWaysOut } from './ways-out.ts';
import { waysOut } from './ways-out-table.ts';

const file = 'apps/server/src/features/plans/a.ts';
const check = (text: string, path = file) => unknownWaysOut([{ path, text }], {});

describe('whatever leaves a process of ours', () => {
  test('goes by the outbound client, or by a way that is in the table with its reason', () => {
    expect(unknownWaysOut(readSources(), waysOut)).toEqual([]);
  });

  test.each([
    ["import { request } from 'node:http';", 'http request'],
    ["import { get as load } from 'https';", 'https get'],
    ["import http from 'node:http';", 'http *'],
    ["import * as http from 'node:http';", 'http *'],
    ["import { Agent } from 'node:https';", 'https Agent'],
    ["import { connect } from 'node:net';", 'net connect'],
    ["import { isIP, Socket } from 'node:net';", 'net Socket'],
    ["import { connect } from 'node:tls';", 'tls connect'],
    ["import { connect } from 'node:http2';", 'http2 connect'],
    ["import { createSocket } from 'node:dgram';", 'dgram createSocket'],
    ["import { lookup } from 'node:dns/promises';", 'dns/promises lookup'],
    ["import { Session } from 'node:inspector';", 'inspector Session'],
    ["import 'node:net';", 'net *'],
    ["export { connect } from 'node:net';", 'net connect'],
    ["export * from 'node:net';", 'net *'],
    ["const net = await import('node:net');", 'net *'],
    ['const net = await import(`node:${name}`);', 'import(…)'],
    ["const net = process.getBuiltinModule('net');", 'getBuiltinModule'],
    ["const net = require('node:net');", 'require'],
    ['await fetch(address, init);', 'fetch'],
    ['const ask = fetch;', 'fetch'],
    ['const tools = { fetch };', 'fetch'],
    ['await globalThis.fetch(address, init);', 'fetch'],
    ["await globalThis['fet' + 'ch'](address);", 'globalThis[…]'],
    ["await window['fetch'](address);", 'window[…]'],
    ['new WebSocket(address);', 'WebSocket'],
    ['new EventSource(address);', 'EventSource'],
    ['new XMLHttpRequest();', 'XMLHttpRequest'],
    ['navigator.sendBeacon(address);', 'sendBeacon'],
    ["import { request } from 'undici';", 'undici'],
    ["import { WebSocket } from 'ws';", 'ws'],
    ["import pg from 'pg';", 'pg'],
    ["import { createRemoteJWKSet } from 'jose';", 'jose createRemoteJWKSet'],
    ["import { discovery } from 'openid-client';", 'openid-client discovery'],
    ["import axios from 'axios';", 'axios'],
    ["import got from '@new/http-client/deep';", '@new/http-client'],
  ])('is noticed: %s', (text, way) => {
    expect(check(text)).toContain(
      `${file}: ${way} goes out beside the outbound client; use that, or say why not in ways-out-table.ts`,
    );
  });

  test.each([
    "import { createServer, type IncomingMessage } from 'node:http';",
    "import type { Socket } from 'node:net'; import { type Agent } from 'node:https';",
    "import { isIP } from 'node:net'; import { createSecureContext } from 'node:tls';",
    "import { jwtVerify } from 'jose'; import type pg from 'pg'; import { z } from 'zod';",
    'const answer = await outbound.fetch(address, init);',
    'interface Tools { readonly fetch: typeof fetch; readonly socket: WebSocket }',
    "const headers = { fetch: 1 }; headers['fetch'] = 2;",
    "const part = await import('./part.ts');",
  ])('is not confused with what stays at home: %s', (text) => {
    expect(check(text)).toEqual([]);
  });

  test('is not looked for in tests and tools, which are no part of what runs', () => {
    const text = 'await fetch(address, init);';
    const files = ['apps/server/src/a.integration.test.ts', 'tools/a.ts', 'apps/agent/src/a-for-tests.ts'];

    expect(unknownWaysOut([{ path: file, text: '' }, ...files.map((path) => ({ path, text }))], {})).toEqual([]);
  });

  test('follows no redirect', () => {
    const known = { [file]: { uses: ['fetch'], because: 'a test' } };
    const checkKnown = (text: string) => unknownWaysOut([{ path: file, text }], known);
    const fault = [`${file}: fetch follows redirects unless it is told redirect: 'manual'`];

    expect(checkKnown('await fetch(address);')).toEqual(fault);
    expect(checkKnown("await fetch(address, { method: 'POST' });")).toEqual(fault);
    expect(checkKnown("await fetch(address, { redirect: 'follow' });")).toEqual(fault);
    expect(checkKnown("await fetch(address, { redirect: 'manual' });")).toEqual([]);
    expect(checkKnown('await fetch(address, init);')).toEqual([]);
  });

  test('leaves the table when it is gone', () => {
    const known = { [file]: { uses: ['fetch'], because: 'a test' } };

    expect(unknownWaysOut([{ path: file, text: '' }], known)).toEqual([
      `${file}: fetch is in ways-out-table.ts and not there`,
    ]);
  });

  test('is missed by nobody because nothing was read', () => {
    expect(() => unknownWaysOut([], {})).toThrow('read no module');
  });
});
