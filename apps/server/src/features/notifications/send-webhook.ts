import { type ClientRequest, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { type Reach, sentenceOf } from '@almanac/host';

/** How one attempt went. */
export interface SendResult {
  readonly delivered: boolean;
  readonly status: number | null;
  readonly detail: string | null;
  readonly response: string | null;
  readonly retryAfterSeconds: number | null;
  /** The receiver says that it is there no longer. */
  readonly gone: boolean;
}

const patienceMs = 10_000;
/** Of an answer only its beginning is kept: it helps whoever looks for a fault, and is no way to fill our disk. */
const mostResponseBytes = 1024;

/**
 * Sends a webhook once. Only a status from 200 to 299 within ten seconds counts. Redirects are not followed, and
 * proxies of the environment are not used: both would lead past `reach`.
 */
export async function sendWebhook(input: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly reach: Reach;
  readonly signal: AbortSignal;
  readonly patienceMs?: number;
}): Promise<SendResult> {
  const url = new URL(input.url);
  const refusal = input.reach.refusalOfUrl(url);
  if (refusal !== undefined) return failure(refusal);
  const patience = input.patienceMs ?? patienceMs;
  const timeout = AbortSignal.timeout(patience);
  const request = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, {
    method: 'POST',
    headers: { ...input.headers, 'content-length': Buffer.byteLength(input.body) },
    lookup: input.reach.lookup,
    agent: false,
    signal: AbortSignal.any([timeout, input.signal]),
  });
  try {
    return await answerTo(request, input.body);
  } catch (error) {
    if (timeout.aborted) return failure(`no complete answer within ${patience / 1000} s`);
    input.signal.throwIfAborted();
    return failure(sentenceOf(error));
  }
}

function answerTo(request: ClientRequest, body: string): Promise<SendResult> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const done = () => resolve(resultOf(response, Buffer.concat(chunks).subarray(0, mostResponseBytes)));
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size < mostResponseBytes) return;
        done();
        response.destroy();
      });
      response.on('end', done);
      response.on('error', reject);
    });
    request.end(body);
  });
}

function resultOf(
  response: { readonly statusCode?: number | undefined; readonly headers: { readonly [name: string]: unknown } },
  text: Buffer,
): SendResult {
  const status = response.statusCode ?? 0;
  const delivered = status >= 200 && status < 300;
  const redirect = status >= 300 && status < 400;
  return {
    delivered,
    status,
    detail: delivered
      ? null
      : redirect
        ? `answered ${status}; redirects are not followed: subscribe the address that it leads to`
        : `answered ${status}`,
    response: text.length === 0 ? null : printable(text.toString('utf8')),
    retryAfterSeconds: retryAfterOf(response.headers['retry-after']),
    gone: status === 410,
  };
}

/** PostgreSQL keeps no NUL, and nobody wants to see other control characters. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t\n]/gu, '\uFFFD');
}

function retryAfterOf(header: unknown): number | null {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

export function failure(detail: string): SendResult {
  return { delivered: false, status: null, detail, response: null, retryAfterSeconds: null, gone: false };
}
