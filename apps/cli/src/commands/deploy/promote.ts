import { type CommandDefinition, listOption, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';
import { listAll, pageQuery } from '../../paging.ts';
import type { Session } from '../../session.ts';
import { showStarted } from '../../watch/watch-plan.ts';

export const promote: CommandDefinition = {
  usage: 'promote <application...>',
  summary: 'Bring what one environment runs to the next one on the path',
  examples: [
    'almanac promote storefront --to quality',
    'almanac promote catalog orders storefront --from quality --to production',
  ],
  options: [
    ['--to <environment>', 'the environment that changes'],
    ['--from <environment>', 'the one that already runs it; the one before on the path otherwise'],
    ['--notes <text>', 'why', ''],
    ['--confirm <finding...>', 'findings that are wanted, such as downgrade'],
    ['--wait-for-thaw', 'wait for the end of a freeze instead of being refused'],
    ['--dry-run', 'only compose the plan and show what it finds'],
    ['--no-wait', 'do not wait for its end'],
  ],
  run: async (session, input) => {
    const { to, from } = await pathOf(session, { to: textOption(input, 'to'), from: textOption(input, 'from') });
    const operations = input.args.map(
      (application) => ({ kind: 'deploy', application, source: { kind: 'environment', environment: from } }) as const,
    );
    const plan = await session.client.createPlan({
      body: {
        environment: to,
        operations,
        notes: textOption(input, 'notes') ?? '',
        confirm: [...listOption(input, 'confirm')],
        start: input.options['dryRun'] !== true,
        waitForThaw: input.options['waitForThaw'] === true,
      },
    });
    return showStarted(session, { plan, wait: input.options['wait'] !== false });
  },
};

async function pathOf(
  session: Session,
  given: { readonly to: string | undefined; readonly from: string | undefined },
): Promise<{ readonly to: string; readonly from: string }> {
  const { to, from } = given;
  if (to !== undefined && from !== undefined) return { to, from };
  const environments = await listAll((cursor) => session.client.listEnvironments({ query: pageQuery(cursor) }));
  if (to !== undefined) {
    const before = environments.find((each) => each.name === to)?.promotesFrom;
    if (before == null) throw new CommandError(`${to} has no environment before it on the path; name one with --from`);
    return { to, from: before.name };
  }
  if (from === undefined) throw new CommandError('say where to: --to <environment>');
  const next = environments.filter((each) => each.promotesFrom?.name === from);
  const [only] = next;
  if (only === undefined || next.length > 1)
    throw new CommandError(
      `after ${from} come ${next.map((each) => each.name).join(' and ') || 'no environments'}; choose with --to`,
    );
  return { to: only.name, from };
}
