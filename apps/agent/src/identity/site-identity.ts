import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { arch, hostname } from 'node:os';
import { join } from 'node:path';
import type { SiteId } from '@almanac/domain';
import { failpoint, newPrivateKey, open, privateKeyFromPem, rawPublicKey, signText, writeDurably } from '@almanac/host';
import { agentProtocol, enrolResponse, type SealedValue } from '@almanac/protocol';
import { z } from 'zod';
import { agentVersion } from '../version.ts';
import { createTrustedKeys, type TrustedKeys } from './server-keys.ts';

const stored = z.object({
  site: z.object({ id: z.string(), name: z.string() }),
  environment: z.object({ id: z.string(), name: z.string() }),
  serverKeys: z.array(z.object({ keyId: z.string(), publicKey: z.string() })).min(1),
  /** Which set of the server's keys they are; absent where they are of before there were sets. */
  keySet: z.object({ incarnation: z.number(), number: z.number() }).optional(),
  signingKey: z.string(),
  sealingKey: z.string(),
});

/** Who this site is: keys that were made here and never leave, and the keys of the server that it belongs to. */
export interface SiteIdentity {
  readonly site: { readonly id: SiteId; readonly name: string };
  readonly environment: { readonly id: string; readonly name: string };
  readonly sign: (text: string) => string;
  readonly open: (sealed: SealedValue) => string;
  readonly serverKeys: TrustedKeys;
}

/** Reads the identity of a site, or enrols it with its one-time token. */
export async function loadIdentity(input: {
  readonly directory: string;
  readonly server: string;
  readonly token: string | undefined;
}): Promise<SiteIdentity> {
  const file = join(input.directory, 'identity.json');
  if (!existsSync(file)) {
    if (input.token === undefined)
      throw new Error(`${input.directory} belongs to no site yet: give the token of one (almanac site add)`);
    const keys = await loadKeys(join(input.directory, 'keys.json'));
    await writeDurably(file, JSON.stringify(await enrol({ server: input.server, token: input.token, keys })));
    await rm(join(input.directory, 'keys.json'), { force: true });
  }
  return toIdentity(file, stored.parse(JSON.parse(await readFile(file, 'utf8'))));
}

const keyPair = stored.pick({ signingKey: true, sealingKey: true });
type Keys = z.output<typeof keyPair>;

/** Keys are durable before the server hears of them: a token works once, so an enrolment must be repeatable. */
async function loadKeys(file: string): Promise<Keys> {
  if (!existsSync(file))
    await writeDurably(
      file,
      JSON.stringify({ signingKey: newPrivateKey('Ed25519'), sealingKey: newPrivateKey('X25519') } satisfies Keys),
    );
  return keyPair.parse(JSON.parse(await readFile(file, 'utf8')));
}

async function enrol(input: {
  readonly server: string;
  readonly token: string;
  readonly keys: Keys;
}): Promise<z.output<typeof stored>> {
  const { signingKey, sealingKey } = input.keys;
  const response = await fetch(new URL('/api/v1/agents/enrol', input.server), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    redirect: 'manual',
    body: JSON.stringify({
      token: input.token,
      agentVersion,
      protocolVersion: agentProtocol.version,
      signingKey: rawPublicKey(privateKeyFromPem(signingKey)),
      sealingKey: rawPublicKey(privateKeyFromPem(sealingKey)),
      host: { hostname: hostname(), platform: process.platform, architecture: arch() },
    }),
  }).catch((error: unknown) => {
    const why = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    throw new Error(`${input.server} does not answer${why}`, { cause: error });
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const problem = z.object({ detail: z.string() }).safeParse(answer);
    throw new Error(`the server refuses this agent: ${problem.success ? problem.data.detail : response.status}`);
  }
  const { site, environment, serverKeys, keySet } = enrolResponse.parse(answer);
  return { site, environment, serverKeys, keySet, signingKey, sealingKey };
}

function toIdentity(file: string, document: z.output<typeof stored>): SiteIdentity {
  const signing: KeyObject = privateKeyFromPem(document.signingKey);
  const sealing: KeyObject = privateKeyFromPem(document.sealingKey);
  // The brand was given by the server that made the key of this site.
  const id = document.site.id as SiteId;
  return {
    site: { id, name: document.site.name },
    environment: document.environment,
    sign: (text) => signText(text, signing),
    open: (sealed) => open({ sealed, privateKey: sealing, site: id }),
    serverKeys: createTrustedKeys({
      set: { ...(document.keySet ?? { incarnation: 0, number: 0 }), keys: document.serverKeys },
      save: async ({ keys, incarnation, number }) => {
        failpoint('server-keys-before-write');
        const changed = { ...document, serverKeys: keys, keySet: { incarnation, number } };
        await writeDurably(file, JSON.stringify(changed satisfies z.output<typeof stored>));
        failpoint('server-keys-after-write');
      },
    }),
  };
}
