import { type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { ago, stateMark } from '../../output/words.ts';

export const listPlans: CommandDefinition = {
  usage: 'list',
  summary: 'List the newest plans',
  examples: ['almanac plan list --env production'],
  options: [['--env <environment>', 'only plans of one environment']],
  run: async (session, input) => {
    const environment = textOption(input, 'env');
    const found = await session.client.listPlans({
      query: { limit: 30, ...(environment === undefined ? {} : { environment }) },
    });
    session.show(found, () =>
      found.items.length === 0
        ? ['No plan yet. Deploy something: almanac deploy <application> --to <environment>']
        : tableLines({
            head: ['plan', 'environment', 'state', 'why', 'changes', 'by', 'when'],
            rows: found.items.map((each) => [
              String(each.number),
              each.environment.name,
              `${stateMark(session.terminal, each.state)} ${each.state}`,
              each.origin,
              each.operations
                .map((operation) => `${operation.application.name} ${operation.after?.label ?? operation.kind}`)
                .join(', '),
              each.requestedBy,
              ago(each.createdAt, session.now()),
            ]),
          }),
    );
    return exitCodes.ok;
  },
};
