import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { standingLines } from '../../output/standing.ts';

export const why: CommandDefinition = {
  usage: 'why <version> [environment]',
  summary: 'List everything that stands between a version, or a plan, and an environment: who can act, what next, when',
  examples: ['almanac why orders@1.4.0 production', 'almanac why 17'],
  run: async (session, input) => {
    const subject = argument(input, 0);
    const environment = input.args[1];
    if (environment === undefined) {
      if (!/^\d+$/.test(subject))
        throw new CommandError('say which environment: almanac why application@version environment');
      const standing = await session.client.getPlanStanding({ params: { plan: subject } });
      session.show(standing, () => standingLines(standing, `Nothing stands in the way of plan ${subject}.`));
      return exitCodes.ok;
    }
    const [application = '', version] = subject.split('@');
    if (version === undefined) throw new CommandError('say which version: application@version');
    const standing = await session.client.getStanding({ params: { environment }, query: { application, version } });
    const name = `${standing.application.name} ${standing.build.label}`;
    session.show(standing, () => [
      ...(standing.runs ? [`${environment} runs ${name} already.`] : []),
      ...standingLines(standing, `Nothing stands between ${name} and ${environment}.`),
    ]);
    return exitCodes.ok;
  },
};
