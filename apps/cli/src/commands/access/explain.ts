import { capabilities } from '@almanac/domain';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';

export const explainAccess: CommandDefinition = {
  usage: 'explain <person>',
  summary: 'Say what somebody may do in an environment, with an application, and which rule decides it',
  examples: ['almanac access explain dora --application storefront --environment production'],
  options: [
    ['--environment <environment>', 'where'],
    ['--application <application>', 'with what; the environment as such otherwise'],
    ['--from <address>', 'from where; from where every allow list has it otherwise'],
  ],
  run: async (session, input) => {
    const [environment, application, address] = ['environment', 'application', 'from'].map((each) =>
      textOption(input, each),
    );
    if (environment === undefined) throw new CommandError('say where: --environment <environment>');
    const found = await session.client.explainAccess({
      params: { principal: argument(input, 0) },
      query: {
        environment,
        ...(application === undefined ? {} : { application }),
        ...(address === undefined ? {} : { address }),
      },
    });
    const { decision, otherwise } = found;
    const not = capabilities.filter((each) => !decision.capabilities.includes(each));
    session.show(found, () => [
      `${decision.why}.`,
      `may      ${wordsOf(decision.capabilities)}`,
      `may not  ${wordsOf(not)}`,
      ...otherwise.map((each) => `Otherwise: ${each.why}: ${wordsOf(each.capabilities)}`),
      `rights   ${wordsOf(found.rights)}`,
    ]);
    return exitCodes.ok;
  },
};

function wordsOf(items: readonly string[]): string {
  return items.length === 0 ? 'nothing' : items.join(', ');
}
