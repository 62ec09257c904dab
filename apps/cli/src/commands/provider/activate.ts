import { setTimeout as pause } from 'node:timers/promises';
import type { DryRun } from '@almanac/protocol';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { readAll } from '../../output/ask.ts';
import { CommandError } from '../../output/report-error.ts';
import type { Session } from '../../session.ts';
import { dryRunLines } from './words.ts';

const pollMs = 2000;

export const tryProvider: CommandDefinition = {
  usage: 'try <name>',
  summary: 'Sign in with a provider without changing anything, in a browser or by a password, and see what that shows',
  examples: [
    'almanac provider try acme',
    'almanac provider try acme --last',
    'almanac provider try corp --as dora < password.txt',
  ],
  options: [
    ['--last', 'show what the last try showed, and begin none'],
    ['--as <name>', 'a directory: whom to sign in; the password is read from standard input'],
  ],
  run: async (session, input) => {
    const name = argument(input, 0);
    const found = await session.client.getIdentityProvider({ params: { provider: name } });
    const last = await lastDryRun(session, name);
    if (input.options['last'] === true) {
      session.show({ dryRun: last ?? null }, () =>
        last === undefined ? ['Nobody tried it in the last day.'] : dryRunLines(session.terminal, last),
      );
      return exitCodes.ok;
    }
    const as = textOption(input, 'as');
    if (as !== undefined) return showTried(session, name, await tryByPassword(session, name, as));
    const page = new URL(`/security/sign-in/${found.name}`, found.redirectUri ?? session.server).href;
    session.terminal.printError(`Open ${page} and choose “Try it”. Waiting for the end; Ctrl-C leaves it…`);
    for (;;) {
      const dryRun = await lastDryRun(session, name);
      if (dryRun !== undefined && dryRun.id !== last?.id && dryRun.outcome !== 'under-way') {
        return showTried(session, name, dryRun);
      }
      await pause(pollMs);
    }
  },
};

function showTried(session: Session, provider: string, dryRun: DryRun): number {
  session.show({ dryRun }, () => [
    ...dryRunLines(session.terminal, dryRun),
    ...(dryRun.outcome === 'succeeded' ? [`Put it into force: almanac provider activate ${provider}`] : []),
  ]);
  return dryRun.outcome === 'succeeded' ? exitCodes.ok : exitCodes.workFailed;
}

async function tryByPassword(session: Session, provider: string, name: string): Promise<DryRun> {
  const password = (await readAll()).replace(/\r?\n$/, '');
  const { dryRun, url } = await session.client.beginDryRun({ params: { provider }, body: {} });
  if (url !== null)
    throw new CommandError(`people give their password to ${provider} itself: almanac provider try ${provider}`);
  await session.client.completeProviderSignIn({ body: { kind: 'form', provider, name, password, dryRun } });
  const done = await lastDryRun(session, provider);
  if (done?.id !== dryRun) throw new CommandError('somebody else tried it at the same time; try it again');
  return done;
}

async function lastDryRun(session: Session, provider: string): Promise<DryRun | undefined> {
  return (await session.client.listDryRuns({ params: { provider }, query: { limit: 1 } })).items[0];
}

export const activateProvider: CommandDefinition = {
  usage: 'activate <name>',
  summary: 'Put the draft into force, or let people sign in with a provider again',
  examples: ['almanac provider activate acme', 'almanac provider activate acme --for-good'],
  options: [['--for-good', 'do not return to the configuration before, even if nobody can sign in']],
  run: async (session, input) => {
    const changed = await session.client.activateIdentityProvider({
      params: { provider: argument(input, 0) },
      body: { returns: input.options['forGood'] !== true },
    });
    session.show(changed, () => [`People sign in with ${changed.name}, version ${changed.active?.number} of it.`]);
    return exitCodes.ok;
  },
};

export const disableProvider: CommandDefinition = {
  usage: 'disable <name>',
  summary: 'Let nobody in by a provider any more; the sessions that it let in end',
  examples: ['almanac provider disable acme'],
  run: async (session, input) => {
    const changed = await session.client.disableIdentityProvider({
      params: { provider: argument(input, 0) },
      body: {},
    });
    session.show(changed, () => [`Nobody signs in with ${changed.name} any more. Passwords work as before.`]);
    return exitCodes.ok;
  },
};

export const returnProvider: CommandDefinition = {
  usage: 'return <name>',
  summary: 'Put the configuration before back into force',
  examples: ['almanac provider return acme'],
  run: async (session, input) => {
    const changed = await session.client.returnIdentityProvider({
      params: { provider: argument(input, 0) },
      body: {},
    });
    session.show(changed, () => [`Version ${changed.active?.number} of ${changed.name} is in force again.`]);
    return exitCodes.ok;
  },
};

export const removeProvider: CommandDefinition = {
  usage: 'remove <name>',
  summary: 'Remove a provider with its links, the memberships it gave and the sessions it let in; accounts stay',
  examples: ['almanac provider remove acme'],
  run: async (session, input) => {
    const params = { provider: argument(input, 0) };
    const found = await session.client.getIdentityProvider({ params });
    await session.client.deleteIdentityProvider({ params, revision: found.revision });
    session.show({ removed: found.name }, () => [`${found.name} is removed.`]);
    return exitCodes.ok;
  },
};
