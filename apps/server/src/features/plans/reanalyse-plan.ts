import type { PlanId } from '@almanac/domain';
import type { Finding } from '@almanac/protocol';
import { pinSettings } from '#features/settings';
import type { CommandContext } from '#platform/http';
import { type Analysed, analysePlan } from './analyse.ts';
import { findPlan } from './load-plan.ts';

/** Found out when a restore was composed; the analysis does not look for them. */
const ofRestores = new Set<Finding['code']>([
  'restore-removes',
  'restore-incomplete',
  'restore-overtakes',
  'settings-of-then',
]);

/**
 * Analyses a draft again, with the settings and the environment as they are now; says whether it may start. What was
 * missing when it was composed may have come meanwhile.
 */
export async function reanalysePlan(context: CommandContext, id: PlanId): Promise<boolean> {
  const { db } = context;
  const row = await findPlan(db, id);
  const analysed: Analysed[] = [];
  const operations: (typeof row.body.operations)[number][] = [];
  for (const operation of row.body.operations) {
    const common = {
      application: operation.application,
      name: operation.applicationName,
      kind: operation.kind,
      after: operation.after,
      downgrade: null,
    };
    const build =
      operation.after === null
        ? undefined
        : await db.selectFrom('builds').select('manifest').where('id', '=', operation.after.build).executeTakeFirst();
    const manifest = build?.manifest ?? null;
    if (operation.after === null || manifest === null) {
      analysed.push({ ...common, manifest: null, missing: [] });
      operations.push(operation);
      continue;
    }
    const pinned = await pinSettings(db, {
      application: operation.application,
      environment: row.environmentId,
      manifest,
    });
    analysed.push({ ...common, manifest, missing: pinned.missing });
    // What was pinned of an earlier time on purpose stays; what is set now is for others.
    if (operation.after.earlierSettings === true) {
      analysed.push({ ...common, manifest, missing: [] });
      operations.push(operation);
      continue;
    }
    operations.push({
      ...operation,
      after: { ...operation.after, settings: pinned.settings, settingsHash: pinned.hash },
    });
  }
  const { findings, neighbours } = await analysePlan(db, {
    environment: row.environmentId,
    environmentName: row.environmentName,
    operations: analysed,
  });
  await db
    .updateTable('plans')
    .set({
      findings: JSON.stringify([...findings, ...row.findings.filter((each) => ofRestores.has(each.code))]),
      body: JSON.stringify({ ...row.body, operations, neighbours }),
      revision: row.revision + 1,
    })
    .where('id', '=', id)
    .where('state', '=', 'draft')
    .execute();
  return findings.every((each) => each.severity !== 'error');
}
