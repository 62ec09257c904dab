import type { Feature } from '#platform/feature';
import type { InTransaction } from '#platform/http';

/** At the first start on restored data, lets every feature deal with the time that has passed; all of it or nothing. */
export async function settleAfterRestore(input: {
  readonly inTransaction: InTransaction;
  readonly features: readonly Feature[];
}): Promise<void> {
  await input.inTransaction(
    { actor: { kind: 'system', name: 'server' }, action: 'installation-restored' },
    async (context) => {
      const installation = await context.db
        .selectFrom('installation')
        .select(['incarnation', 'restoredAt'])
        .forUpdate()
        .executeTakeFirstOrThrow();
      if (installation.restoredAt === null) return context.audit(null);
      for (const feature of input.features) await feature.afterRestore?.(context);
      await context.db.updateTable('installation').set({ restoredAt: null }).execute();
      context.audit({
        subject: 'installation',
        detail: { restoredAt: installation.restoredAt.toISOString(), incarnation: installation.incarnation },
      });
    },
  );
}
