import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodeOf, exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import type { Session } from '../../session.ts';

export const logs: CommandDefinition = {
  usage: 'logs <application>',
  summary: 'Print what an application prints',
  examples: [
    'almanac logs storefront --env development',
    'almanac logs orders --site production --module worker --follow',
  ],
  options: [
    ['--env <environment>', 'the environment; its first site that is online'],
    ['--site <site>', 'one site'],
    ['--module <module>', 'one module; the first otherwise'],
    ['--follow', 'stay for new lines'],
  ],
  run: async (session, input) => {
    const application = argument(input, 0);
    const site = textOption(input, 'site') ?? (await siteOf(session, textOption(input, 'env')));
    const module = textOption(input, 'module') ?? (await firstModule(session, site, application));
    let after: number | undefined;
    do {
      const chunk = await session.client.readModuleLog({
        params: { site, application, module },
        query: { wait: after === undefined ? 0 : 20, ...(after === undefined ? {} : { after }) },
      });
      if (session.json) session.show(chunk, () => []);
      else if (chunk.text !== '') session.terminal.print(chunk.text.replace(/\n$/, ''));
      after = chunk.next;
    } while (input.options['follow'] === true);
    return exitCodes.ok;
  },
};

async function siteOf(session: Session, environment: string | undefined): Promise<string> {
  if (environment === undefined) throw new CommandError('say where: --env <environment> or --site <site>');
  const { items } = await session.client.listSites({ query: { environment, limit: 200 } });
  const online = items.find((each) => each.status === 'online');
  if (online === undefined) throw new CommandError(`no site of ${environment} is online`, exitCodeOf.conflict);
  return online.name;
}

async function firstModule(session: Session, site: string, application: string): Promise<string> {
  const found = await session.client.getSite({ params: { site } });
  const modules = found.applications.find((each) => each.application.name === application)?.modules ?? [];
  const [first] = modules;
  if (first === undefined) throw new CommandError(`${application} does not run on ${site}`, exitCodeOf['not-found']);
  return first.name;
}
