import type { ApplicationId, HotfixId } from '@almanac/domain';
import type { BackgroundContext } from '#platform/feature';
import type { CommandContext } from '#platform/http';
import { readStandings } from './read-standing.ts';

const watcher = { kind: 'system', name: 'hotfixes' } as const;

export async function closeHotfix(
  context: CommandContext,
  input: {
    readonly hotfix: {
      readonly id: HotfixId;
      readonly applicationId: ApplicationId;
      readonly number: number;
      readonly revision: number;
    };
    readonly reason: string;
  },
): Promise<void> {
  const { hotfix, reason } = input;
  await context.db
    .updateTable('hotfixes')
    .set({ state: 'closed', closedAt: context.now, closedReason: reason, revision: hotfix.revision + 1 })
    .where('id', '=', hotfix.id)
    .where('state', '=', 'open')
    .execute();
  await context.record({
    kind: 'hotfix-changed',
    subject: { hotfix: hotfix.id, application: hotfix.applicationId, state: 'closed' },
  });
  context.audit({ subject: `hotfix:${hotfix.number}`, detail: { reason } });
}

/** Closes what is contained wherever it has to be. Looks at the present, so that no event is waited for. */
export async function closeContained(background: BackgroundContext): Promise<void> {
  const open = await background.db.selectFrom('hotfixes').selectAll().where('state', '=', 'open').execute();
  if (open.length === 0) return;
  const standings = await readStandings(background.db, open);
  for (const hotfix of open) {
    const standing = standings.get(hotfix);
    if (standing?.done !== true) continue;
    const ways = new Set([standing.own, ...standing.earlier].flatMap((each) => each.how ?? []));
    const how = ways.has('patches') ? 'its changes are' : 'its commits are';
    await background.inTransaction({ actor: watcher, action: 'hotfix-closed' }, async (context) => {
      const now = await context.db
        .selectFrom('hotfixes')
        .selectAll()
        .where('id', '=', hotfix.id)
        .where('state', '=', 'open')
        .forUpdate()
        .executeTakeFirst();
      if (now === undefined || now.tipCommit !== hotfix.tipCommit) return context.audit(null);
      await closeHotfix(context, {
        hotfix: now,
        reason: `${how} in every environment that comes before, and in the one that it was for`,
      });
    });
  }
}
