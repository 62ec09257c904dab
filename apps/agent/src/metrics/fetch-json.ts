import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Reach } from '@almanac/host';

const mostBytes = 1024 * 1024;

/**
 * Reads a JSON document, as far as `reach` allows. Redirects are not followed, and proxies of the environment are not used:
 * both would lead past it.
 *
 * @throws {Error} with a sentence when it may not be read, is no document, or is larger than a megabyte
 */
export async function fetchJson(input: {
  readonly url: URL;
  readonly reach: Reach;
  readonly signal: AbortSignal;
}): Promise<{ readonly status: number; readonly document: unknown }> {
  const { url, reach, signal } = input;
  const refusal = reach.refusalOfUrl(url);
  if (refusal !== undefined) throw new Error(refusal);
  const { status, text } = await fetchText({ url, reach, signal });
  try {
    return { status, document: JSON.parse(text) };
  } catch {
    throw new Error(`${url.host} answered ${status} without a JSON document`);
  }
}

function fetchText(input: {
  readonly url: URL;
  readonly reach: Reach;
  readonly signal: AbortSignal;
}): Promise<{ readonly status: number; readonly text: string }> {
  const { url, reach, signal } = input;
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, {
      headers: { accept: 'application/json', 'user-agent': 'almanac-agent' },
      lookup: reach.lookup,
      agent: false,
      signal,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > mostBytes) response.destroy(new Error(`${url.host} answered more than ${mostBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
      response.on('error', reject);
    });
    request.end();
  });
}
