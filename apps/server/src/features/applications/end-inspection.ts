import type { JobListener } from '#features/jobs';

/** Writes down what an inspection found when its job ends. */
export const endInspection: JobListener = async (context, { job, result }) => {
  if (job.kind !== 'inspect') return;
  const outcome =
    result.kind === 'inspected'
      ? {
          state: 'succeeded' as const,
          commit: JSON.stringify(result.commit),
          manifest: JSON.stringify(result.manifest),
        }
      : {
          state: 'failed' as const,
          fault: JSON.stringify(
            result.kind === 'fault'
              ? result.fault
              : {
                  outcome: 'errored',
                  code: 'builder-error',
                  detail: 'the builder gave another answer than was asked for',
                },
          ),
        };
  const ended = await context.db
    .updateTable('inspections')
    .set(outcome)
    .where('jobId', '=', job.id)
    .returning('id')
    .execute();
  for (const { id } of ended) await context.record({ kind: 'inspection-changed', subject: { inspection: id } });
};
