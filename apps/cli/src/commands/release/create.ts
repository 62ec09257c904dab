import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { releaseLines } from './words.ts';

export const createRelease: CommandDefinition = {
  usage: 'create <name> [version...]',
  summary: 'Name a set of versions that move through environments together',
  examples: [
    'almanac release create spring catalog@1.4.0 storefront@2.1.0',
    'almanac release create spring --from quality --notes "What was tested in week 12"',
  ],
  options: [
    ['--from <environment>', 'everything that this environment runs, instead of versions one by one'],
    ['--notes <text>', 'what people should know', ''],
  ],
  run: async (session, input) => {
    const from = textOption(input, 'from');
    const versions = input.args.slice(1).map(parseVersion);
    if ((from === undefined) === (versions.length === 0))
      throw new CommandError('name versions as application@number, or an environment with --from');
    const release = await session.client.createRelease({
      body: {
        name: argument(input, 0),
        notes: textOption(input, 'notes') ?? '',
        content: from === undefined ? { versions } : { from },
      },
    });
    session.show(release, () => releaseLines(release));
    return exitCodes.ok;
  },
};

function parseVersion(text: string): { application: string; number: string } {
  const [application = '', number = '', ...rest] = text.split('@');
  if (application === '' || number === '' || rest.length > 0)
    throw new CommandError(`${text} is not application@number, as in catalog@1.4.0`);
  return { application, number };
}
