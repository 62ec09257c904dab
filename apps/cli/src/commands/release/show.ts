import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { releaseLines } from './words.ts';

export const showRelease: CommandDefinition = {
  usage: 'show <name>',
  summary: 'Show the versions of a release and where they run',
  examples: ['almanac release show spring'],
  run: async (session, input) => {
    const release = await session.client.getRelease({ params: { release: argument(input, 0) } });
    session.show(release, () => releaseLines(release));
    return exitCodes.ok;
  },
};

export const removeRelease: CommandDefinition = {
  usage: 'remove <name>',
  summary: 'Remove the name; versions and what runs stay',
  examples: ['almanac release remove spring'],
  run: async (session, input) => {
    const release = argument(input, 0);
    await session.client.removeRelease({ params: { release } });
    session.show({ removed: release }, () => [`${release} is no release any more; its versions stay.`]);
    return exitCodes.ok;
  },
};
