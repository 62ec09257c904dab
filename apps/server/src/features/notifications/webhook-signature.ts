import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A secret of the Standard Webhooks scheme: 32 random bytes as Base64, marked by their prefix. */
export function newWebhookSecret(): string {
  return `${prefix}${randomBytes(32).toString('base64')}`;
}

/**
 * Headers by which a receiver knows who sent a webhook, that nobody changed it, and when it was sent
 * (https://www.standardwebhooks.com): one signature for each valid secret, so that a receiver changes over in peace.
 */
export function signatureHeaders(input: {
  readonly id: string;
  /** When this attempt is made. */
  readonly at: Date;
  readonly body: string;
  readonly secrets: readonly string[];
}): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const timestamp = String(Math.floor(input.at.getTime() / 1000));
  const signed = `${input.id}.${timestamp}.${input.body}`;
  const signatures = input.secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  });
  return { 'webhook-id': input.id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
