import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { labelsOf } from './labels.ts';

export const addSite: CommandDefinition = {
  usage: 'add <name>',
  summary: 'Add a site to an environment, and say how to start its agent',
  examples: ['almanac site add berlin --env production --label ring=canary'],
  options: [
    ['--env <environment>', 'the environment it belongs to'],
    ['--label <key=value...>', 'a label; give it again for more'],
  ],
  run: async (session, input) => {
    const environment = textOption(input, 'env');
    if (environment === undefined)
      throw new CommandError('say to which environment the site belongs: --env <environment>');
    const { site, enrolment } = await session.client.createSite({
      body: { name: argument(input, 0), environment, labels: labelsOf(input.options['label']) },
    });
    session.show({ site, enrolment }, () => [
      `Added ${site.name} to ${site.environment.name}. On the machine of the site, run:`,
      '',
      `  almanac agent run --server ${session.server} --token ${enrolment.token}`,
      '',
      `The token works once, until ${enrolment.expiresAt}.`,
    ]);
    return exitCodes.ok;
  },
};
