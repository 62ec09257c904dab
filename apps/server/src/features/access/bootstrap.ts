import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrincipalId, Role } from '@almanac/domain';
import { writeDurably } from '@almanac/host';
import type { CommandContext, InTransaction } from '#platform/http';
import { hashToken, newToken } from './tokens.ts';

const system = { kind: 'system', name: 'server' } as const;

/**
 * Makes the one-time setup link of a new installation; undefined when there is an administrator. The token is kept
 * beside the data, readable by its owner alone, so that a restart shows the same link until it was used.
 */
export async function ensureSetupToken(input: {
  readonly inTransaction: InTransaction;
  readonly directory: string;
}): Promise<string | undefined> {
  const file = join(input.directory, 'setup-token');
  return input.inTransaction({ actor: system, action: null }, async ({ db }) => {
    const people = await db.selectFrom('principals').select('id').where('kind', '=', 'user').limit(1).execute();
    if (people.length > 0) {
      await rm(file, { force: true });
      return undefined;
    }
    const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
    const token = kept === '' ? newToken('setup_') : kept;
    if (kept === '') await writeDurably(file, `${token}\n`);
    await db
      .updateTable('installation')
      .set({ setupTokenHash: hashToken(token) })
      .execute();
    return token;
  });
}

const bootstrapAccounts: readonly { readonly name: string; readonly role: Role }[] = [
  { name: 'launcher', role: 'administrator' },
  { name: 'builder', role: 'builder' },
];

/**
 * Gives the processes that start together with the server their tokens, as files that only this account can read. A
 * token that still holds is kept: a server that was killed comes back to a builder that goes on. Whoever removes the
 * file, as the launcher does when it starts, gets a new token, and the one before ends.
 */
export async function writeBootstrapTokens(input: {
  readonly inTransaction: InTransaction;
  readonly directory: string;
  readonly isValid: (tokenHash: string) => Promise<boolean>;
}): Promise<void> {
  for (const account of bootstrapAccounts) {
    const file = join(input.directory, account.name);
    const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
    if (kept !== '' && (await input.isValid(hashToken(kept)))) continue;
    const secret = newToken('alm_');
    await input.inTransaction({ actor: system, action: 'bootstrap-token-made' }, async (context) => {
      const principalId = await ensureServiceAccount(context, account);
      const name = 'made at the start of the server';
      await context.db
        .deleteFrom('apiTokens')
        .where('principalId', '=', principalId)
        .where('name', '=', name)
        .execute();
      await context.db
        .insertInto('apiTokens')
        .values({
          id: context.newId(),
          principalId,
          name,
          prefix: secret.slice(0, 10),
          tokenHash: hashToken(secret),
          createdAt: context.now,
          lastUsedAt: null,
          expiresAt: null,
        })
        .execute();
      context.audit({ subject: `principal:${account.name}` });
    });
    await writeDurably(file, `${secret}\n`);
  }
}

async function ensureServiceAccount(
  context: CommandContext,
  account: { readonly name: string; readonly role: Role },
): Promise<PrincipalId> {
  const found = await context.db
    .selectFrom('principals')
    .select('id')
    .where('name', '=', account.name)
    .executeTakeFirst();
  if (found !== undefined) return found.id;
  const id = context.newId<'principal'>();
  await context.db
    .insertInto('principals')
    .values({
      id,
      kind: 'service',
      name: account.name,
      displayName: account.name,
      role: account.role,
      team: null,
      passwordHash: null,
      createdAt: context.now,
    })
    .execute();
  return id;
}
