import { type Outbound, type OutboundAnswer, OutboundFault } from '@almanac/host';

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

/** Of an answer only its beginning is kept: it helps whoever looks for a fault, and is no way to fill our disk. */
const mostResponseBytes = 1024;

/** Sends a webhook once. Only a status from 200 to 299 within ten seconds counts. */
export async function sendWebhook(input: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly outbound: Outbound;
  readonly signal: AbortSignal;
  readonly patienceMs?: number;
}): Promise<SendResult> {
  const { url, headers, body, signal, patienceMs = 10_000 } = input;
  try {
    return resultOf(
      await input.outbound.send({
        url: new URL(url),
        method: 'POST',
        headers,
        body,
        signal,
        patienceMs,
        mostBytes: mostResponseBytes,
        longer: 'cut',
      }),
    );
  } catch (error) {
    if (error instanceof OutboundFault) return failure(error.message);
    throw error;
  }
}

function resultOf({ status, headers, body }: OutboundAnswer): SendResult {
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
    response: body.length === 0 ? null : printable(body.toString('utf8')),
    retryAfterSeconds: retryAfterOf(headers['retry-after']),
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
