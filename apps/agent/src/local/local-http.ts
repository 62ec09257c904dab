import type { IncomingMessage, ServerResponse } from 'node:http';
import { styleHash } from './local-style.ts';

const largestBody = 8192;

/** A refusal with what the caller can do about it. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, why: string) {
    super(why);
    this.status = status;
  }
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > largestBody) throw new Refused(413, `a body may have ${largestBody} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function redirect(response: ServerResponse, location: string, setCookie?: string): void {
  response
    .writeHead(303, { ...safeHeaders, location, ...(setCookie === undefined ? {} : { 'set-cookie': setCookie }) })
    .end();
}

export function sendJson(response: ServerResponse, value: unknown): void {
  send(response, { status: 200, type: 'application/json', body: JSON.stringify(value) });
}

const safeHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src '${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // With no-referrer a browser would send forms without their origin, which is asked for here.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

export function send(
  response: ServerResponse,
  answered: { readonly status: number; readonly type: string; readonly body: string },
): void {
  const bytes = Buffer.from(answered.body);
  response
    .writeHead(answered.status, {
      ...safeHeaders,
      'content-type': `${answered.type}; charset=utf-8`,
      'content-length': bytes.length,
    })
    .end(bytes);
}
