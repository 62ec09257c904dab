import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';

export const showPlanLog: CommandDefinition = {
  usage: 'log <number>',
  summary: 'Print the log of a plan, and follow it while it runs',
  examples: ['almanac plan log 17'],
  run: async (session, input) => {
    const plan = argument(input, 0);
    let after = 0;
    for (let complete = false; !complete; ) {
      const chunk = await session.client.readPlanLog({ params: { plan }, query: { after, wait: 20 } });
      for (const each of chunk.entries) {
        const where = [each.application, each.site].filter((part) => part !== null).join('@');
        session.show(each, () => [
          `${each.at}  ${each.level.padEnd(7)}  ${where === '' ? '' : `${where}: `}${each.message}`,
        ]);
      }
      after = chunk.next;
      complete = chunk.complete;
    }
    return exitCodes.ok;
  },
};
