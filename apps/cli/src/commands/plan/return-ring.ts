import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { planLines } from '../../watch/watch-plan.ts';

export const returnRing: CommandDefinition = {
  usage: 'return-ring <number> <ring>',
  summary: 'Take a ring of sites, and all later ones, back to what they ran before; the plan rests then',
  examples: ['almanac plan return-ring 17 canary'],
  run: async (session, input) => {
    const params = { plan: argument(input, 0), ring: argument(input, 1) };
    const plan = await session.client.returnRing({ params, body: {} });
    session.show(plan, () => planLines(session.terminal, plan));
    return exitCodes.ok;
  },
};
