import type { Secret } from '@almanac/host';
import type { Letter } from './email-template.ts';
import { failure, type SendResult } from './send-webhook.ts';

/** The mail server that the operator of this installation chose. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first byte; `starttls`: required before anything is said; `none`: plain text. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  /** Certificates that are trusted beside those of Node. */
  readonly authority?: string | undefined;
  readonly from: string;
}

const patienceMs = 15_000;

/** Hands a letter to the mail server once. That it was taken counts as delivered: more nobody can know. */
export async function sendEmail(input: {
  readonly server: MailServer;
  readonly to: readonly string[];
  readonly letter: Letter;
  /** The same for each attempt, so that mailboxes show a repeated letter once. */
  readonly id: string;
  readonly signal: AbortSignal;
}): Promise<SendResult> {
  const { server } = input;
  // Most installations send no letter: they do not pay for what it takes.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host: server.host,
    port: server.port,
    secure: server.tls === 'implicit',
    requireTLS: server.tls === 'starttls',
    ignoreTLS: server.tls === 'none',
    ...(server.user === undefined ? {} : { auth: { user: server.user, pass: server.password?.reveal() ?? '' } }),
    ...(server.authority === undefined ? {} : { tls: { ca: server.authority } }),
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
    // A letter is made of what we give and of nothing that its text could name.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const stop = () => transport.close();
  input.signal.addEventListener('abort', stop, { once: true });
  try {
    const sent = await transport.sendMail({
      from: server.from,
      to: [...input.to],
      messageId: `<${input.id}@${hostOf(server.from)}>`,
      headers: { 'auto-submitted': 'auto-generated' },
      ...input.letter,
    });
    const refused = sent.rejected;
    return {
      delivered: true,
      status: Number.parseInt(sent.response, 10) || null,
      detail: refused.length === 0 ? null : `not taken for ${refused.join(', ')}`,
      response: sent.response.slice(0, 1024),
      retryAfterSeconds: null,
      gone: false,
    };
  } catch (error) {
    input.signal.throwIfAborted();
    return { ...failure(sentenceOf(error)), status: codeOf(error) };
  } finally {
    input.signal.removeEventListener('abort', stop);
    transport.close();
  }
}

function hostOf(from: string): string {
  return /@([a-z0-9.-]+)/i.exec(from)?.[1] ?? 'almanac.invalid';
}

function sentenceOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

function codeOf(error: unknown): number | null {
  return error instanceof Error && 'responseCode' in error && typeof error.responseCode === 'number'
    ? error.responseCode
    : null;
}
