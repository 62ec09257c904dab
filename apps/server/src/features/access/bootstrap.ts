import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { noLimits, type PrincipalId } from '@almanac/domain';
import { writeDurably } from '@almanac/host';
import type { Periodic } from '#platform/feature';
import type { CommandContext, InTransaction } from '#platform/http';
import { makeApiToken } from './api-tokens.ts';
import { findRole } from './find-role.ts';
import { hashToken, mayBeToken, newToken } from './tokens.ts';

const system = { kind: 'system', name: 'server' } as const;
const setupPrefix = 'setup_';

export interface SetupLink {
  /** Undefined when there is or was an administrator. */
  readonly token: string | undefined;
  /** Why nobody can sign in and there is no link, where that is so. */
  readonly closed: string | undefined;
}

/**
 * Makes the one-time setup link of a new installation. The token is kept beside the data, readable by its owner alone, so that a
 * restart shows the same link until it was used. Whether an installation is new is marked in two places, the database and a
 * file: people who are gone from the one are not taken for people who never were.
 */
export async function ensureSetupToken(input: {
  readonly inTransaction: InTransaction;
  readonly directory: string;
}): Promise<SetupLink> {
  const file = join(input.directory, 'setup-token');
  const mark = markOf(input.directory);
  return input.inTransaction({ actor: system, action: null }, async ({ db, now }) => {
    const people = await db.selectFrom('principals').select('id').where('kind', '=', 'user').limit(1).execute();
    const { setUpAt } = await db.selectFrom('installation').select('setUpAt').executeTakeFirstOrThrow();
    const isMarked = setUpAt !== null || existsSync(mark);
    if (people.length > 0 || isMarked) {
      await rm(file, { force: true });
      await db.updateTable('installation').set({ setupTokenHash: null }).execute();
      const since = setUpAt ?? (people.length > 0 ? now : undefined);
      if (since !== undefined) await writeMark(input.directory, since);
      if (people.length === 0)
        return {
          token: undefined,
          closed: `this installation was set up before, and nobody is left in its database: restore a backup. To begin anew, take an empty database and remove ${mark}`,
        };
      if (setUpAt === null) await db.updateTable('installation').set({ setUpAt: now }).execute();
      return { token: undefined, closed: undefined };
    }
    const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
    // What was cut short could be guessed.
    const isWhole = mayBeToken(kept, setupPrefix);
    const token = isWhole ? kept : newToken(setupPrefix);
    if (!isWhole) await writeDurably(file, `${token}\n`);
    await db
      .updateTable('installation')
      .set({ setupTokenHash: hashToken(token) })
      .execute();
    return { token, closed: undefined };
  });
}

/**
 * Makes the second mark soon after the first one, which is committed together with the first administrator, and takes the link
 * away, which is void from then on.
 */
export function markSetUp(directory: string): Periodic {
  let isMarked = false;
  return {
    name: 'mark-set-up',
    everyMs: 5000,
    run: async ({ db }) => {
      if (isMarked) return;
      const { setUpAt } = await db.selectFrom('installation').select('setUpAt').executeTakeFirstOrThrow();
      if (setUpAt === null) return;
      await writeMark(directory, setUpAt);
      await rm(join(directory, 'setup-token'), { force: true });
      isMarked = true;
    },
  };
}

const markOf = (directory: string) => join(directory, 'set-up');

async function writeMark(directory: string, setUpAt: Date): Promise<void> {
  const mark = markOf(directory);
  if (!existsSync(mark)) await writeDurably(mark, `${setUpAt.toISOString()}\n`);
}

interface BootstrapAccount {
  readonly name: string;
  readonly kind: 'service' | 'builder';
}

/** What starts together with the server is its administrator; what builds may do nothing else. */
const bootstrapAccounts: readonly BootstrapAccount[] = [
  { name: 'launcher', kind: 'service' },
  { name: 'builder', kind: 'builder' },
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
    const secret = await input.inTransaction({ actor: system, action: 'bootstrap-token-made' }, async (context) => {
      const principalId = await ensureServiceAccount(context, account);
      const name = 'made at the start of the server';
      await context.db
        .deleteFrom('apiTokens')
        .where('principalId', '=', principalId)
        .where('name', '=', name)
        .execute();
      const made = await makeApiToken(context, {
        principal: principalId,
        name,
        expiresAt: null,
        limits: noLimits,
        parentId: null,
        provedUntil: null,
      });
      context.audit({ subject: `principal:${account.name}` });
      return made.secret;
    });
    await writeDurably(file, `${secret}\n`);
  }
}

async function ensureServiceAccount(context: CommandContext, account: BootstrapAccount): Promise<PrincipalId> {
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
      kind: account.kind,
      name: account.name,
      displayName: account.name,
      defaultRoleId: account.kind === 'builder' ? null : (await findRole(context.db, 'administrator')).id,
      passwordHash: null,
      createdAt: context.now,
    })
    .execute();
  return id;
}
