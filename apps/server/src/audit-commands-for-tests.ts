import fc from 'fast-check';
import { faultsIn, type Left, type Sent } from './audit-ledger-for-tests.ts';

export const senders = 8;

export interface ServerAt {
  readonly url: string;
  readonly token: string;
}

interface Sender {
  readonly number: number;
  /** Teams of its own that are there, as far as it knows. */
  readonly teams: string[];
  last: Sent | undefined;
}

/** The commands of all senders, with a ledger of them that nobody kills. */
export function createCommands(seed: number) {
  const ledger: Sent[] = [];
  const all = Array.from({ length: senders }, (_, number): Sender => ({ number, teams: [], last: undefined }));
  const drawn = fc.sample(fc.record({ kind: fc.nat(9), keyed: fc.boolean() }), { seed, numRuns: 1000 });
  let repeated = 0;

  /** Says whether there was an answer. */
  const send = async (at: ServerAt, sender: Sender, sent: Sent): Promise<boolean> => {
    const status = await call(at, sent);
    if (status === undefined) return false;
    if ((status === 409) !== (sent.entry === null)) throw new Error(`${sent.request} was answered with ${status}`);
    sent.outcome = status === 409 ? 'refused' : 'acknowledged';
    const team = /^team-created team:(.+)$/.exec(sent.entry ?? '')?.[1];
    if (team !== undefined) sender.teams.push(team);
    return true;
  };

  /** Until nobody answers any more; first what was not answered the last time, where it has a key. */
  const sendOn = async (at: ServerAt, sender: Sender, onSent: () => void): Promise<void> => {
    if (sender.last?.outcome === 'unknown' && sender.last.key !== undefined) {
      onSent();
      if (!(await send(at, sender, sender.last))) return;
      repeated += 1;
    }
    let revision = await revisionOf(at, sender);
    while (revision !== undefined) {
      const number = ledger.length;
      const { kind, keyed } = drawn[number % drawn.length] ?? { kind: 0, keyed: false };
      const drafted = commandOf({ kind, number, sender, revision });
      // A change at a revision takes effect once by itself.
      const key = keyed && drafted.revision === undefined ? `kill-command-${number}` : undefined;
      const sent: Sent = { ...drafted, key, outcome: 'unknown' };
      ledger.push(sent);
      sender.last = sent;
      onSent();
      if (!(await send(at, sender, sent))) return;
      if (sent.request.startsWith('PATCH')) revision += 1;
    }
  };

  return {
    /** Makes what the senders change. */
    begin: async (at: ServerAt): Promise<void> => {
      for (const sender of all) {
        const name = ownOf(sender);
        const body = { name, displayName: name, type: 'test' };
        const entry = `environment-created environment:${name}`;
        const sent: Sent = {
          request: 'POST /environments',
          body,
          revision: undefined,
          key: undefined,
          entry,
          outcome: 'unknown',
        };
        ledger.push(sent);
        if (!(await send(at, sender, sent))) throw new Error(`there is no ${name}`);
      }
    },
    /** Everybody sends one command after the other, until nobody answers them. */
    sendAll: async (at: ServerAt, onSent: () => void): Promise<void> => {
      await Promise.all(all.map((sender) => sendOn(at, sender, onSent)));
    },
    faultsOf: (left: Left): readonly string[] => faultsIn(ledger, left),
    counted: ({ entries }: Left) => {
      const written = new Set(entries.map((each) => each.words));
      const unknown = ledger.filter((each) => each.outcome === 'unknown');
      const took = unknown.filter((each) => written.has(each.entry ?? '')).length;
      return {
        acknowledged: ledger.filter((each) => each.outcome === 'acknowledged').length,
        unknown: { took, lost: unknown.length - took },
        repeated,
        entries: entries.length,
      };
    },
  };
}

function ownOf({ number }: Sender): string {
  return `kill-own-${number}`;
}

function commandOf(given: {
  readonly kind: number;
  readonly number: number;
  readonly sender: Sender;
  readonly revision: number;
}): Pick<Sent, 'request' | 'body' | 'revision' | 'entry'> {
  const { kind, number, sender, revision } = given;
  const name = `kill-${number}`;
  if (kind < 4) {
    const displayName = `Change ${number}`;
    const entry = `environment-changed environment:${ownOf(sender)} ${displayName}`;
    return { request: `PATCH /environments/${ownOf(sender)}`, body: { displayName }, revision, entry };
  }
  if (kind === 4) {
    const body = { name, type: 'test' };
    return {
      request: 'POST /environments',
      body,
      revision: undefined,
      entry: `environment-created environment:${name}`,
    };
  }
  const team = kind < 7 ? sender.teams.at(-1) : undefined;
  if (team === undefined)
    return { request: 'POST /teams', body: { name }, revision: undefined, entry: `team-created team:${name}` };
  if (kind === 5) return { request: 'POST /teams', body: { name: team }, revision: undefined, entry: null };
  sender.teams.pop();
  return { request: `DELETE /teams/${team}`, body: undefined, revision: 1, entry: `team-deleted team:${team}` };
}

/** The status of the answer; undefined where none came. */
async function call(
  { url, token }: ServerAt,
  given: Pick<Sent, 'request' | 'body' | 'revision' | 'key'>,
): Promise<number | undefined> {
  const [method = '', path = ''] = given.request.split(' ');
  const answer = await ask(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(given.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(given.revision === undefined ? {} : { 'if-match': `"${given.revision}"` }),
      ...(given.key === undefined ? {} : { 'idempotency-key': given.key }),
    },
    ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
  });
  if (answer === undefined) return undefined;
  if (answer.status >= 300 && answer.status !== 409)
    throw new Error(`${given.request} was answered with ${answer.status}: ${answer.text}`);
  return answer.status;
}

/** The revision of what a sender changes; undefined where nobody answers. */
async function revisionOf({ url, token }: ServerAt, sender: Sender): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await ask(`${url}/api/v1/environments/${ownOf(sender)}`, { headers });
  return answer === undefined ? undefined : Number(JSON.parse(answer.text).revision);
}

async function ask(url: string, init: RequestInit) {
  try {
    const answer = await fetch(url, init);
    return { status: answer.status, text: await answer.text() };
  } catch {
    return undefined;
  }
}
