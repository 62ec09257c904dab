import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { listAll, pageQuery } from '../../paging.ts';
import { hotfixLines, placeWords } from './words.ts';

export const listHotfixes: CommandDefinition = {
  usage: 'list',
  summary: 'List open hotfixes with where their fix is, and where not yet',
  examples: ['almanac hotfix list', 'almanac hotfix list --app storefront --all'],
  options: [
    ['--app <application>', 'only of one application'],
    ['--env <environment>', 'only those for one environment'],
    ['--all', 'closed ones too'],
  ],
  run: async (session, input) => {
    const [application, environment] = [textOption(input, 'app'), textOption(input, 'env')];
    const filter = {
      ...(application === undefined ? {} : { application }),
      ...(environment === undefined ? {} : { environment }),
      ...(input.options['all'] === true ? {} : { state: 'open' as const }),
    };
    const items = await listAll((cursor) =>
      session.client.listHotfixes({ query: { ...pageQuery(cursor), ...filter } }),
    );
    session.show({ items }, () =>
      items.length === 0
        ? ['No hotfix is open. Start one: almanac hotfix start <application> --env <environment>']
        : tableLines({
            head: ['hotfix', 'application', 'branch', 'state', 'places', 'next'],
            rows: items.map((each) => [
              String(each.number),
              each.application.name,
              each.branch,
              each.state,
              placeWords(session.terminal, each),
              each.next,
            ]),
          }),
    );
    return exitCodes.ok;
  },
};

export const showHotfix: CommandDefinition = {
  usage: 'show <number>',
  summary: 'Show one hotfix, and what comes next',
  examples: ['almanac hotfix show 3'],
  run: async (session, input) => {
    const hotfix = await session.client.getHotfix({ params: { hotfix: argument(input, 0) } });
    session.show(hotfix, () => hotfixLines({ terminal: session.terminal, hotfix, now: session.now() }));
    return exitCodes.ok;
  },
};

export const closeHotfix: CommandDefinition = {
  usage: 'close <number>',
  summary: 'Close a hotfix that does not close by itself',
  examples: ['almanac hotfix close 3 --reason "the next release does without it"'],
  options: [['--reason <text>', 'why']],
  run: async (session, input) => {
    const reason = textOption(input, 'reason');
    if (reason === undefined) throw new CommandError('say why: --reason <text>');
    const hotfix = await session.client.closeHotfix({ params: { hotfix: argument(input, 0) }, body: { reason } });
    session.show(hotfix, () => [`Hotfix ${hotfix.number} is closed.`]);
    return exitCodes.ok;
  },
};
