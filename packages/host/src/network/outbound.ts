import { type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Socket } from 'node:net';
import { codeOf, connectTo, lookupOf, type OutboundTarget, urlOf, whenAborted } from './judged-connection.ts';
import { OutboundFault } from './outbound-fault.ts';
import type { Address, Reach } from './reachable-address.ts';

export interface OutboundRequest {
  readonly url: URL;
  /** GET unless given. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Milliseconds until the answer has to be complete, names and connection included; ten seconds unless given. */
  readonly patienceMs?: number;
  /** Bytes of the answer that are read; a megabyte unless given. */
  readonly mostBytes?: number;
  /** A longer answer is refused, unless only its beginning matters. */
  readonly longer?: 'refuse' | 'cut';
}

export interface OutboundAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The only way to addresses that others name. */
export interface Outbound {
  readonly refusalOfUrl: Reach['refusalOfUrl'];
  /**
   * Sends a request once, to an address that was judged. An answer that leads elsewhere is an answer: redirects are not
   * followed, and proxies of the environment are not used, because both would lead past the policy.
   *
   * @throws {OutboundFault} with a sentence for whoever named the address; the reason of `signal` when that ended it
   */
  readonly send: (request: OutboundRequest) => Promise<OutboundAnswer>;
  /** The same as `send`, for libraries that take a `fetch`. */
  readonly fetch: (address: string | URL, init?: RequestInit) => Promise<Response>;
  /** Why a target may not be reached, as far as its name tells; it has to speak TLS, as a URL of https has. */
  readonly refusalOfTarget: (target: OutboundTarget) => string | undefined;
  /**
   * Opens a connection to an address that was judged. Nothing is encrypted on it yet: whoever asked for it does that first.
   *
   * @throws {OutboundFault}
   */
  readonly connect: (target: OutboundTarget) => Promise<Socket>;
}

const usualPatienceMs = 10_000;
const usualBytes = 1024 * 1024;

export function createOutbound(reach: Reach): Outbound {
  const send = async (request: OutboundRequest): Promise<OutboundAnswer> => {
    const patienceMs = request.patienceMs ?? usualPatienceMs;
    const timeout = AbortSignal.timeout(patienceMs);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    try {
      const addresses = await Promise.race([reach.addressesOf(request.url), whenAborted(signal)]);
      return await exchange(request, { addresses, signal });
    } catch (error) {
      if (error instanceof OutboundFault) throw error;
      if (timeout.aborted) throw new OutboundFault('timed-out', `no complete answer within ${patienceMs / 1000} s`);
      request.signal?.throwIfAborted();
      throw new OutboundFault('unreachable', `no connection to ${request.url.host}${codeOf(error)}`, error);
    }
  };
  return {
    refusalOfUrl: reach.refusalOfUrl,
    send,
    fetch: (address, init) => fetchBy(send, new Request(address, init)),
    refusalOfTarget: (target) => reach.refusalOfUrl(urlOf(target)),
    connect: (target) => connectTo(reach, target, target.patienceMs ?? usualPatienceMs),
  };
}

function exchange(
  request: OutboundRequest,
  input: { readonly addresses: readonly Address[]; readonly signal: AbortSignal },
): Promise<OutboundAnswer> {
  const { url, method = 'GET', headers = {}, body } = request;
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: lookupOf(input.addresses),
      // No connection of an earlier request, whose address somebody else judged.
      agent: false,
      signal: input.signal,
    });
    sent.on('error', reject);
    sent.on('response', (response) => void readAnswer(response, request).then(resolve, reject));
    sent.end(body);
  });
}

function readAnswer(response: IncomingMessage, request: OutboundRequest): Promise<OutboundAnswer> {
  const { url, mostBytes = usualBytes, longer = 'refuse' } = request;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(chunks).subarray(0, mostBytes),
      });
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= mostBytes) return;
      if (longer === 'cut') done();
      else reject(new OutboundFault('too-large', `${url.host} answered more than ${mostBytes} bytes`));
      response.destroy();
    });
    response.on('end', done);
    response.on('error', reject);
  });
}

async function fetchBy(send: Outbound['send'], request: Request): Promise<Response> {
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  const answer = await send({
    url: new URL(request.url),
    method: request.method,
    headers: Object.fromEntries(request.headers),
    signal: request.signal,
    ...(body === undefined ? {} : { body }),
  });
  if (request.redirect === 'error' && answer.status >= 300 && answer.status < 400 && answer.status !== 304)
    throw new OutboundFault(
      'refused',
      `${new URL(request.url).host} answered ${answer.status}; redirects are not followed`,
    );
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers))
    for (const each of [value ?? []].flat()) headers.append(name, each);
  const bodiless = [101, 204, 205, 304].includes(answer.status);
  return new Response(bodiless ? null : new Uint8Array(answer.body), { status: answer.status, headers });
}
