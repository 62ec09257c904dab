import { createOutbound, type Reach } from '@almanac/host';

/**
 * Reads a JSON document of at most a megabyte, as far as `reach` allows.
 *
 * @throws {Error} with a sentence when it may not be read, is no document, or is larger
 */
export async function fetchJson(input: {
  readonly url: URL;
  readonly reach: Reach;
  readonly signal: AbortSignal;
}): Promise<{ readonly status: number; readonly document: unknown }> {
  const { url, reach, signal } = input;
  const headers = { accept: 'application/json', 'user-agent': 'almanac-agent' };
  const { status, body } = await createOutbound(reach).send({ url, headers, signal });
  try {
    return { status, document: JSON.parse(body.toString('utf8')) };
  } catch {
    throw new Error(`${url.host} answered ${status} without a JSON document`);
  }
}
