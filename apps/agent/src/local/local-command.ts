import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readSites, UsageError } from '../config.ts';
import { localActions } from './holds.ts';
import { localTokenFile } from './local-access.ts';
import { localAddressFile } from './local-server.ts';
import type { LocalView } from './local-view.ts';

const help = `Usage: almanac agent local [status] [--site NAME] (--data DIR | --config FILE) [--json]
       almanac agent local log APPLICATION [--module NAME] …
       almanac agent local pause|roll-back|release APPLICATION [--reason TEXT] …

Asks the agent of a site on this machine, which need not be connected to its server.

status     what runs here and why, last contact, where the site's console answers (the default)
log        what a module printed last
pause      keeps an application at the version that runs, whatever is ordered
roll-back  brings back the version that ran before, and keeps it
release    lets an application be what the server orders again

Options:
  --data DIR      where everything of the site is kept (almanac-site)
  --config FILE   several sites of one machine, as JSON
  --site NAME     which of them
  --reason TEXT   why, for whoever reads it at the server
  --module NAME   which module of the application
  --json          the answer as JSON`;

interface LocalClient {
  readonly url: string;
  readonly view: LocalView;
  readonly ask: (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<unknown>;
}

/**
 * Carries out a command for the site's own console, and gives what it prints.
 *
 * @throws {UsageError} when it does not say what to do, or the agent does not answer or refuses
 */
export async function runLocalCommand(argv: readonly string[]): Promise<string> {
  const { values, positionals } = parse(argv);
  const [what = 'status', application] = positionals;
  if (values.help === true) return help;
  const directories =
    values.config === undefined
      ? [resolve(values.data ?? 'almanac-site', 'site')]
      : readSites(readFileSync(values.config, 'utf8')).map((each) => each.directory);
  const clients = await Promise.all(directories.map(connect));
  const chosen = clients.filter((each) => values.site === undefined || each.view.site === values.site);
  if (chosen.length === 0) throw new UsageError(`there is no site ${values.site} here`);
  if (what === 'status')
    return values.json === true
      ? JSON.stringify({ sites: chosen.map((each) => ({ url: each.url, ...each.view })) })
      : chosen.map(describe).join('\n\n');
  const [client, other] = chosen;
  if (client === undefined || other !== undefined) throw new UsageError('say of which site: --site NAME');
  if (application === undefined) throw new UsageError(`say which application: local ${what} APPLICATION`);
  const path = `/api/applications/${encodeURIComponent(application)}`;
  if (what === 'log') {
    const query = values.module === undefined ? '' : `?module=${encodeURIComponent(values.module)}`;
    const chunk = (await client.ask('GET', `${path}/log${query}`)) as { readonly text: string };
    return values.json === true ? JSON.stringify(chunk) : chunk.text.trimEnd();
  }
  const action = localActions.find((each) => each === what);
  if (action === undefined) throw new UsageError(`there is no "agent local ${what}"`);
  const done = await client.ask('POST', `${path}/${action}`, { reason: values.reason ?? '' });
  if (values.json === true) return JSON.stringify(done);
  return action === 'release'
    ? `${application} becomes again what the server orders.`
    : `${application} is kept on ${client.view.site} until you release it: almanac agent local release ${application}`;
}

async function connect(directory: string): Promise<LocalClient> {
  const [url, token] = await Promise.all(
    [localAddressFile(directory), localTokenFile(directory)].map((file) => readFile(file, 'utf8')),
  ).catch(() => {
    throw new UsageError(`no agent of ${directory} ran here, or this account may not read its token`);
  });
  const ask: LocalClient['ask'] = async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new UsageError(`the agent of ${directory} does not answer; start it with almanac agent run`);
    });
    const answer = (await response.json()) as { readonly detail?: string };
    if (!response.ok) throw new UsageError(answer.detail ?? `the agent answers ${response.status}`);
    return answer;
  };
  return { url: url ?? '', ask, view: (await ask('GET', '/api/site')) as LocalView };
}

function describe({ url, view }: LocalClient): string {
  const { server, generation } = view;
  const lines = view.applications.map((each) => {
    const held = each.hold === null ? '' : `  ${each.hold.kind} by ${each.hold.by}`;
    return `  ${each.name}  ${each.phase}  ${each.running ?? '-'}${held}${each.message === null ? '' : `  ${each.message}`}`;
  });
  return [
    `${view.site} in ${view.environment}: ${server.connected ? 'connected' : 'cut off'}, last contact ${server.lastContact ?? 'unknown'}, generation ${generation?.generation ?? 'none yet'}`,
    ...(lines.length === 0 ? ['  nothing runs here'] : lines),
    ...(view.untold === 0 ? [] : [`  ${view.untold} occurrences wait for the server`]),
    `  console: ${url}`,
  ].join('\n');
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        config: { type: 'string' },
        site: { type: 'string' },
        reason: { type: 'string' },
        module: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error));
  }
}
