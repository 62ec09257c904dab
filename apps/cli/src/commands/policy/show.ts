import { policyWords, scopeWords } from '@almanac/domain';
import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { ago } from '../../output/words.ts';
import { followedLines, originWords } from './words.ts';

export const showPolicy: CommandDefinition = {
  usage: 'show <environment>',
  summary: 'Show what an environment asks of a change, and where that comes from',
  examples: ['almanac policy show production'],
  run: async (session, input) => {
    const environment = argument(input, 0);
    const found = await session.client.getPolicy({ params: { environment } });
    session.show(found, () =>
      found.policies.length === 0 && found.following.length === 0
        ? [`${environment} asks for nothing: a change begins at once. Give it a policy: almanac policy set --help`]
        : [
            ...found.policies.flatMap((each) => [
              `${scopeWords(each.scope)}, version ${each.version} ${originWords(each)}, ${ago(each.changedAt, session.now())}`,
              ...policyWords(each.policy).map((line) => `  ${line}`),
            ]),
            ...found.following.flatMap((each) => [`${scopeWords(each.scope)}:`, ...followedLines(each)]),
          ],
    );
    return exitCodes.ok;
  },
};
