import { z } from 'zod';

/** What a browser makes of a ceremony (WebAuthn Level 3, section 5.8); bounded before the library looks at it. */
const encoded = z
  .string()
  .max(16_000)
  .regex(/^[\w-]*$/, 'base64url');
const credential = {
  id: encoded.min(1).max(1400),
  rawId: encoded.min(1).max(1400),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
  clientExtensionResults: z.record(z.string().max(60), z.unknown()).default({}),
};

export const attestedPasskey = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: encoded,
    attestationObject: encoded,
    transports: z.array(z.string().max(30)).max(10).optional(),
  }),
});

export const assertedPasskey = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: encoded,
    authenticatorData: encoded,
    signature: encoded,
    userHandle: encoded.optional(),
  }),
});

const descriptor = z.object({
  id: z.string(),
  type: z.string(),
  transports: z.array(z.string()).optional(),
});

/** What the browser is asked to make a passkey by; handed to it as it is. */
export const passkeyCreation = z
  .object({
    challenge: z.string(),
    rp: z.object({ id: z.string().optional(), name: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    pubKeyCredParams: z.array(z.object({ alg: z.int(), type: z.literal('public-key') })),
    excludeCredentials: z.array(descriptor).optional(),
  })
  .loose()
  .meta({ id: 'PasskeyCreation' });

/** What the browser is asked to sign in with a passkey by; handed to it as it is. */
export const passkeyRequest = z
  .object({ challenge: z.string(), rpId: z.string().optional(), allowCredentials: z.array(descriptor).optional() })
  .loose()
  .meta({ id: 'PasskeyRequest' });
