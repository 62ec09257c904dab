import type { BoardRow } from '@almanac/protocol';
import { type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import type { Session } from '../../session.ts';
import { showStarted } from '../../watch/watch-plan.ts';

export const replicate: CommandDefinition = {
  usage: 'replicate',
  summary: 'Bring one environment to exactly the builds of another, with its own settings: an ordinary plan',
  examples: [
    'almanac replicate --from production --to quality',
    'almanac replicate --from production --to quality --remove-others --dry-run',
  ],
  options: [
    ['--from <environment>', 'whose builds are taken'],
    ['--to <environment>', 'the environment that changes; its settings stay'],
    ['--remove-others', 'take out what the first one does not run'],
    ['--confirm <code...>', 'a finding that is wanted, such as hotfix-lost'],
    ['--dry-run', 'only compose the plan and show what it finds'],
    ['--no-wait', 'do not wait for its end'],
  ],
  run: async (session, input) => {
    const [from, to] = [textOption(input, 'from'), textOption(input, 'to')];
    if (from === undefined || to === undefined)
      throw new CommandError('say which: --from <environment> --to <environment>');
    const operations = input.options['removeOthers'] === true ? await others(session, { from, to }) : [];
    const given = input.options['confirm'];
    const plan = await session.client.createPlan({
      body: {
        environment: to,
        operations: [...operations],
        differences: { from },
        notes: `replicates ${from}`,
        // Going back to what the other environment runs is what was asked for.
        confirm: ['downgrade', ...(Array.isArray(given) ? given.map(String) : [])],
        start: input.options['dryRun'] !== true,
      },
    });
    if (input.options['dryRun'] === true) return showStarted(session, { plan, wait: false });
    return plan.state === 'draft' && plan.findings.every((each) => each.severity !== 'error')
      ? needsWord(session, plan)
      : showStarted(session, { plan, wait: input.options['wait'] !== false });
  },
};

async function needsWord(session: Session, plan: Parameters<typeof showStarted>[1]['plan']): Promise<number> {
  await showStarted(session, { plan, wait: false });
  return exitCodes.workFailed;
}

/** Removals of what one environment runs and the other does not. */
async function others(session: Session, input: { readonly from: string; readonly to: string }) {
  const rows: BoardRow[] = [];
  let cursor: string | undefined;
  let environments: { readonly from: string; readonly to: string } | undefined;
  do {
    const board = await session.client.getBoard({ query: { limit: 200, ...(cursor === undefined ? {} : { cursor }) } });
    const keyOf = (name: string) => board.environments.find((each) => each.name === name)?.id ?? '';
    environments ??= { from: keyOf(input.from), to: keyOf(input.to) };
    rows.push(...board.rows);
    cursor = board.next ?? undefined;
  } while (cursor !== undefined);
  const runs = (row: BoardRow, environment: string | undefined) =>
    row.cells.some((cell) => cell.environment === environment);
  return rows
    .filter((row) => runs(row, environments?.to) && !runs(row, environments?.from))
    .map((row) => ({ kind: 'remove' as const, application: row.application.name }));
}
