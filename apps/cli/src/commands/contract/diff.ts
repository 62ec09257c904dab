import type { ContractChanges } from '@almanac/protocol';
import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Session } from '../../session.ts';
import { findBuild } from '../../watch/find-build.ts';

export const diffContracts: CommandDefinition = {
  usage: 'diff <application> <build> <build>',
  summary: 'Show what changed in what an application provides, from one build to another, and what that breaks',
  examples: ['almanac contract diff catalog 11 12', 'almanac contract diff catalog 11 12 --check --json'],
  options: [['--check', 'end with a status of its own when consumers of the first build would break']],
  run: async (session, input) => {
    const application = argument(input, 0);
    const before = await findBuild(session, { application, number: argument(input, 1) });
    const after = await findBuild(session, { application, number: argument(input, 2) });
    const changes = await session.client.compareBuildContracts({
      params: { build: after.id },
      query: { since: before.id },
    });
    session.show(changes, () => changeLines(session, changes));
    const breaks = changes.contracts.some(
      ({ removed, changed }) => removed.length > 0 || changed.some((each) => !each.compatible),
    );
    return breaks && input.options['check'] === true ? exitCodes.workFailed : exitCodes.ok;
  },
};

function changeLines(session: Session, { contracts }: ContractChanges): readonly string[] {
  const { paint } = session.terminal;
  const lines = contracts.flatMap(({ contract, added, removed, changed }): readonly string[] => {
    const own = [
      ...removed.map(({ label }) => `  ${paint('red', '-')} ${label}  removed: breaks whoever consumes it`),
      ...changed.flatMap(({ label, compatible, reasons }) => [
        `  ${compatible ? paint('green', '~') : paint('red', '!')} ${label}  ${compatible ? 'changed, compatible' : 'changed, incompatible'}`,
        ...reasons.map(({ place, detail, code }) => `      ${place === '' ? '' : `${place}: `}${detail} (${code})`),
      ]),
      ...added.map(({ label }) => `  ${paint('green', '+')} ${label}  added`),
    ];
    return own.length === 0 ? [] : [contract, ...own];
  });
  return lines.length === 0 ? ['Nothing changed in what is provided.'] : lines;
}
