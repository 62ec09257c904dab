import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { ago } from '../../output/words.ts';

export const addQuarantine: CommandDefinition = {
  usage: 'add <version>',
  summary: 'Put a version or build into quarantine: nobody and nothing deploys it anywhere',
  examples: ['almanac quarantine add orders@1.4.0 --reason "it loses orders"'],
  options: [['--reason <text>', 'why']],
  run: async (session, input) => {
    const reason = textOption(input, 'reason');
    const [application = '', build] = argument(input, 0).split('@');
    if (build === undefined) throw new CommandError('say which version: application@version');
    if (reason === undefined) throw new CommandError('say why: --reason <text>');
    const held = await session.client.createQuarantine({ body: { application, build, reason } });
    session.show(held, () => [
      `${held.application.name} ${held.build.label} is in quarantine. Where it runs it goes on; go back with: almanac rollback ${held.application.name} --in <environment>`,
    ]);
    return exitCodes.ok;
  },
};

export const listQuarantines: CommandDefinition = {
  usage: 'list',
  summary: 'List what is in quarantine',
  examples: ['almanac quarantine list', 'almanac quarantine list --past'],
  options: [
    ['--application <application>', 'only builds of one application'],
    ['--past', 'also those that were let out'],
  ],
  run: async (session, input) => {
    const application = textOption(input, 'application');
    const found = await session.client.listQuarantines({
      query: {
        limit: 100,
        ...(application === undefined ? {} : { application }),
        ...(input.options['past'] === true ? { past: 'true' } : {}),
      },
    });
    session.show(found, () =>
      found.items.length === 0
        ? ['Nothing is in quarantine.']
        : tableLines({
            head: ['application', 'build', 'since', 'by', 'why', 'let out'],
            rows: found.items.map((each) => [
              each.application.name,
              each.build.label,
              ago(each.createdAt, session.now()),
              each.createdBy,
              each.reason,
              each.liftedBy === null ? '-' : `by ${each.liftedBy}: ${each.liftReason}`,
            ]),
          }),
    );
    return exitCodes.ok;
  },
};

export const liftQuarantine: CommandDefinition = {
  usage: 'lift <version>',
  summary: 'Let a version out of quarantine',
  examples: ['almanac quarantine lift orders@1.4.0 --reason "it was the network"'],
  options: [['--reason <text>', 'why']],
  run: async (session, input) => {
    const reason = textOption(input, 'reason');
    if (reason === undefined) throw new CommandError('say why: --reason <text>');
    const lifted = await session.client.liftQuarantine({
      params: { quarantine: argument(input, 0) },
      body: { reason },
    });
    session.show(lifted, () => [`${lifted.application.name} ${lifted.build.label} may be deployed again.`]);
    return exitCodes.ok;
  },
};
