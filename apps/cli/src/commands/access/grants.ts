import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { listAll, pageQuery } from '../../paging.ts';

export const listGrants: CommandDefinition = {
  usage: 'list',
  summary: 'List roles that were granted for single applications',
  examples: ['almanac grant list', 'almanac grant list --application storefront'],
  options: [
    ['--application <application>', 'only for this one'],
    ['--principal <name>', 'only of this person or service account'],
  ],
  run: async (session, input) => {
    const [application, principal] = ['application', 'principal'].map((each) => textOption(input, each));
    const items = await listAll((cursor) =>
      session.client.listGrants({
        query: {
          ...pageQuery(cursor),
          ...(application === undefined ? {} : { application }),
          ...(principal === undefined ? {} : { principal }),
        },
      }),
    );
    session.show({ items }, () =>
      items.length === 0
        ? ['Nothing is granted.']
        : tableLines({
            head: ['application', 'who', 'role'],
            rows: items.map((each) => [each.application.name, each.principal.name, each.role.name]),
          }),
    );
    return exitCodes.ok;
  },
};

export const setGrant: CommandDefinition = {
  usage: 'set <application> <person>',
  summary: 'Give somebody a role for one application; it alone counts there, before any team',
  examples: ['almanac grant set storefront dora --role tester'],
  options: [['--role <role>', 'what they may do with it']],
  run: async (session, input) => {
    const role = textOption(input, 'role');
    if (role === undefined) throw new CommandError('say what they may do: --role <role>; see: almanac role list');
    const [application, principal] = [argument(input, 0), argument(input, 1)];
    const made = await session.client.setGrant({ params: { application, principal }, body: { role } });
    session.show(made, () => [`${made.principal.name} is ${made.role.name} for ${made.application.name} now.`]);
    return exitCodes.ok;
  },
};

export const deleteGrant: CommandDefinition = {
  usage: 'delete <application> <person>',
  summary: 'Take back what somebody was granted for one application',
  examples: ['almanac grant delete storefront dora'],
  run: async (session, input) => {
    const [application, principal] = [argument(input, 0), argument(input, 1)];
    await session.client.deleteGrant({ params: { application, principal } });
    session.show({ application, principal }, () => [`${principal} is granted nothing for ${application} any more.`]);
    return exitCodes.ok;
  },
};
