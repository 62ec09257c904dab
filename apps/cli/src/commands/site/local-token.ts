import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';

export const makeLocalToken: CommandDefinition = {
  usage: 'local-token <site>',
  summary: 'Make a token with which you sign in to the console of a site, on its machine, also while it is cut off',
  examples: ['almanac site local-token berlin --days 30'],
  options: [['--days <days>', 'how long it is good for, 365 at most', '90']],
  run: async (session, input) => {
    const site = argument(input, 0);
    const days = Number(textOption(input, 'days'));
    if (!Number.isInteger(days) || days < 1 || days > 365) throw new CommandError('--days takes 1 to 365');
    const made = await session.client.createLocalToken({ params: { site }, body: { days } });
    session.show(made, () => [
      made.token,
      '',
      `Shown once, and good at ${site} until ${made.expiresAt}, for what your role allows; the site knows it once it has heard of it.`,
    ]);
    return exitCodes.ok;
  },
};
