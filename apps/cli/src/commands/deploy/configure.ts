import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';
import { showStarted } from '../../watch/watch-plan.ts';

/** Two commands that differ in one word: applying changed settings, and taking an application away. */
function planOf(input: {
  readonly name: 'configure' | 'remove';
  readonly option: 'in' | 'from';
  readonly summary: string;
}): CommandDefinition {
  return {
    usage: `${input.name === 'remove' ? 'undeploy' : 'configure'} <application>`,
    summary: input.summary,
    examples: [`almanac ${input.name === 'remove' ? 'undeploy' : 'configure'} storefront --${input.option} quality`],
    options: [
      [`--${input.option} <environment>`, 'the environment that changes'],
      ['--no-wait', 'do not wait for its end'],
    ],
    run: async (session, given) => {
      const environment = textOption(given, input.option);
      if (environment === undefined) throw new CommandError(`say where: --${input.option} <environment>`);
      const plan = await session.client.createPlan({
        body: { environment, operations: [{ kind: input.name, application: argument(given, 0) }], start: true },
      });
      return showStarted(session, { plan, wait: given.options['wait'] !== false });
    },
  };
}

export const configure = planOf({
  name: 'configure',
  option: 'in',
  summary: 'Apply changed settings to what an environment runs',
});
export const undeploy = planOf({
  name: 'remove',
  option: 'from',
  summary: 'Take an application out of an environment',
});
