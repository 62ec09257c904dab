import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { ago } from '../../output/words.ts';
import { listAll, pageQuery } from '../../paging.ts';
import type { Session } from '../../session.ts';

export const listHolds: CommandDefinition = {
  usage: 'holds <environment>',
  summary: 'List the commits that an environment does not deploy by itself, because somebody went back from them',
  examples: ['almanac env holds development'],
  run: async (session, input) => {
    const holds = await holdsOf(session, argument(input, 0));
    session.show({ items: holds }, () =>
      holds.length === 0
        ? ['Nothing is held.']
        : tableLines({
            head: ['application', 'build', 'since', 'why'],
            rows: holds.map((each) => [
              each.application.name,
              each.build.label,
              ago(each.at, session.now()),
              each.reason,
            ]),
          }),
    );
    return exitCodes.ok;
  },
};

export const liftHolds: CommandDefinition = {
  usage: 'lift-holds <environment> <application>',
  summary: 'Let an environment deploy the held commits of an application by itself again',
  examples: ['almanac env lift-holds development orders'],
  run: async (session, input) => {
    const [environment, application] = [argument(input, 0), argument(input, 1)];
    const holds = (await holdsOf(session, environment)).filter((each) => each.application.name === application);
    if (holds.length === 0) throw new CommandError(`nothing of ${application} is held in ${environment}`, 5);
    for (const { id } of holds) await session.client.liftHold({ params: { environment, hold: id } });
    session.show({ lifted: holds }, () => [
      `${holds.map((each) => each.build.label).join(', ')} of ${application} is held no more: the next build of it is deployed again. To deploy it now: almanac deploy ${application} --to ${environment}`,
    ]);
    return exitCodes.ok;
  },
};

function holdsOf(session: Session, environment: string) {
  return listAll((cursor) => session.client.listHolds({ params: { environment }, query: pageQuery(cursor) }));
}
