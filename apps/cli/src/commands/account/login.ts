import { hostname } from 'node:os';
import { createClient } from '@almanac/client';
import { type CommandDefinition, textOption } from '../../command.ts';
import { credentialsFile, forgetLogin, readLogin, writeLogin } from '../../credentials.ts';
import { exitCodes } from '../../exit-codes.ts';
import { ask, readAll } from '../../output/ask.ts';
import { CommandError } from '../../output/report-error.ts';
import { askProof } from './prove.ts';

export const login: CommandDefinition = {
  usage: 'login [url]',
  summary: 'Sign in, and keep a token for this account on this machine',
  examples: ['almanac login', 'almanac login https://almanac.example.com', 'almanac login --token-stdin < token.txt'],
  options: [
    ['--name <name>', 'who signs in; asked for otherwise'],
    ['--password-stdin', 'read the password from standard input'],
    ['--token-stdin', 'keep an API token that was made in the console'],
  ],
  run: async (session, input) => {
    const server = (input.args[0] ?? session.server).replace(/\/$/, '');
    const stored =
      input.options['tokenStdin'] === true
        ? { token: (await readAll()).trim() }
        : await signIn({
            server,
            name: textOption(input, 'name') ?? (await ask('Name: ')),
            password: await passwordOf(input.options['passwordStdin'] === true),
          });
    const me = await createClient({ baseUrl: server, token: stored.token }).getMe();
    writeLogin(credentialsFile(session.environment), { server, name: me.name, ...stored });
    session.show(me, () => [`Signed in to ${server} as ${me.name}.`]);
    return exitCodes.ok;
  },
};

export const logout: CommandDefinition = {
  usage: 'logout',
  summary: 'Forget the sign-in of this account, and revoke its token',
  examples: ['almanac logout'],
  run: async (session) => {
    const file = credentialsFile(session.environment);
    const kept = readLogin(file);
    if (kept?.tokenId !== undefined) {
      const client = createClient({ baseUrl: kept.server, token: kept.token });
      const { items } = await client.listApiTokens({ query: { limit: 200 } });
      const own = items.find((each) => each.id === kept.tokenId);
      if (own !== undefined) await client.deleteApiToken({ params: { id: own.id } });
    }
    forgetLogin(file);
    session.show({ signedOut: kept !== undefined }, () => [
      kept === undefined ? 'Nobody was signed in.' : `Signed out of ${kept.server}.`,
    ]);
    return exitCodes.ok;
  },
};

async function passwordOf(fromInput: boolean): Promise<string> {
  return fromInput ? (await readAll()).replace(/\r?\n$/, '') : ask('Password: ', { hidden: true });
}

/** Signs in for a moment, only to make a token that can be revoked by itself. */
async function signIn(input: {
  readonly server: string;
  readonly name: string;
  readonly password: string;
}): Promise<{ readonly token: string; readonly tokenId: string }> {
  let cookie = '';
  const withCookie: typeof fetch = async (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set('origin', input.server);
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await fetch(url, { ...init, headers });
    const given = response.headers.getSetCookie().map((each) => each.split(';')[0] ?? '');
    if (given.length > 0) cookie = given.join('; ');
    return response;
  };
  const client = createClient({ baseUrl: input.server, fetch: withCookie });
  const answer = await client.signIn({ body: { name: input.name, password: input.password } });
  if (answer.state === 'enrolment')
    throw new CommandError(
      `${input.name} must have a second factor; sign in to the console at ${input.server} and set one up first`,
    );
  if (answer.state === 'second-factor')
    await client.giveProof({ body: await askProof(answer.proofs.filter((each) => each !== 'password')) });
  const token = await client.createApiToken({ body: { name: `command line on ${hostname()}`.slice(0, 80) } });
  await client.signOut();
  return { token: token.secret, tokenId: token.id };
}
