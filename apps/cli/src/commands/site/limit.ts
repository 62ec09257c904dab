import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';

export const limitSite: CommandDefinition = {
  usage: 'limit <site>',
  summary: 'Limit how much of its link a site uses for what it fetches',
  examples: ['almanac site limit berlin --bandwidth 500k', 'almanac site limit berlin --off'],
  options: [
    ['--bandwidth <bytes>', 'bytes a second for artifacts: 500k, 2M'],
    ['--off', 'as many as come'],
  ],
  run: async (session, input) => {
    const site = argument(input, 0);
    const present = await session.client.getSite({ params: { site } });
    const bandwidth = input.options['off'] === true ? null : bytesOf(textOption(input, 'bandwidth'));
    const changed = await session.client.updateSite({
      params: { site },
      body: { bandwidth },
      revision: present.revision,
    });
    session.show(changed, () => [
      bandwidth === null
        ? `${changed.name} fetches as fast as its link allows.`
        : `${changed.name} fetches at most ${bandwidth} bytes of artifacts a second.`,
    ]);
    return exitCodes.ok;
  },
};

function bytesOf(text: string | undefined): number {
  const [, number = '', unit = ''] = /^(\d{1,9})([kM]?)$/.exec(text ?? '') ?? [];
  const bytes = Number(number) * (unit === 'M' ? 1_000_000 : unit === 'k' ? 1000 : 1);
  if (number === '' || bytes < 1024 || bytes > 2_147_483_647)
    throw new CommandError('say how much: --bandwidth 500k or 2M, 1024 bytes or more; or --off');
  return bytes;
}
