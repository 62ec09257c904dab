import type { Estate } from '../estate.ts';
import type { Repository } from '../repository.ts';
import { waitUntil } from '../wait-until.ts';
import { addApplication, whenRunning } from '../walk.ts';
import { type CrowdResult, startCrowd } from './crowd.ts';
import { openLedger } from './ledger.ts';
import { commitTurn, type SwitchStrategy } from './switched-application.ts';
import { type SocketsResult, startSockets } from './web-sockets.ts';

export interface SwitchSize {
  readonly switches: number;
  /** Taken in turn. */
  readonly strategies: readonly SwitchStrategy[];
  /** Goes on after the last switch until so many requests were answered. */
  readonly requests: number;
  readonly people: number;
  readonly slow: { readonly people: number; readonly milliseconds: number };
  readonly sockets: number;
  /** So many answers in a row are counted at the first step of a canary, where it has 20 per cent. */
  readonly shareOf: number;
  /** Is told after each switch how far it is; a full run takes three quarters of an hour. */
  readonly onSwitch?: (done: { readonly turn: number; readonly answered: number; readonly failed: number }) => void;
}

export interface SwitchResult {
  readonly crowd: CrowdResult;
  readonly sockets: SocketsResult;
  /** Orders that took effect more than once, and confirmed ones that took none. */
  readonly duplicates: readonly string[];
  readonly vanished: readonly string[];
  /** Per cent of the answers that a canary gave. */
  readonly shares: readonly number[];
}

const host = 'switched.localhost';
const instances = 2;

/** Lets a real application change its version again and again under a crowd that notices everything. */
export async function switchUnderLoad(estate: Estate, repository: Repository, size: SwitchSize): Promise<SwitchResult> {
  const ledger = await openLedger();
  const port = estate.sitePorts[0];
  const strategyOf = (turn: number): SwitchStrategy => size.strategies[turn % size.strategies.length] ?? 'rolling';
  const commit = (turn: number) =>
    commitTurn(repository, { turn, strategy: strategyOf(turn), ledger: ledger.port, instances });
  await commit(0);
  await addApplication(estate.client, repository.path);
  const crowd = startCrowd({
    port,
    host,
    people: size.people,
    slow: size.slow.people,
    slowMs: size.slow.milliseconds,
  });
  const sockets = startSockets({ port, host, count: size.sockets });
  const shares: number[] = [];
  const end = async (): Promise<SwitchResult> => {
    const [asked, talked] = await Promise.all([crowd.stop(), sockets.stop()]);
    await ledger.close();
    const { effects } = ledger;
    return {
      crowd: asked,
      sockets: talked,
      duplicates: [...effects].filter(([, times]) => times > 1).map(([order]) => order),
      vanished: asked.orders.filter((order) => !effects.has(order)),
      shares,
    };
  };
  try {
    for (let turn = 1; turn <= size.switches; turn += 1) {
      const hash = await commit(turn);
      await estate.client.reportPush({ params: { application: 'switched' }, body: { commit: hash } });
      if (strategyOf(turn) === 'canary') {
        shares.push(await shareOf(crowd, { turn: String(turn), of: size.shareOf }));
        await resumeCanary(estate);
      }
      await whenRunning(estate.client, { application: 'switched', commit: hash });
      size.onSwitch?.({ turn, answered: crowd.answered(), failed: crowd.failed() });
    }
    // Four of five requests are ordinary ones.
    const left = Math.ceil((size.requests - crowd.answered()) * 0.8);
    if (left > 0) await crowd.next(left);
  } catch (error) {
    const result = await end();
    throw new Error(`a switch failed; until then ${JSON.stringify(result.crowd.errors)}`, { cause: error });
  }
  return end();
}

/** Lets a canary go on from the step at which its share was counted, however long that took. */
async function resumeCanary({ client }: Estate): Promise<void> {
  const params = { environment: 'development', application: 'switched' };
  await waitUntil('the canary to rest', async () => (await client.getRollout({ params })).waits);
  await client.resumeRollout({ params, body: { reason: 'its share is counted' } });
}

/** Per cent of some answers in a row that a turn gives, from its first one on. */
async function shareOf(
  crowd: ReturnType<typeof startCrowd>,
  input: { readonly turn: string; readonly of: number },
): Promise<number> {
  await waitUntil(`an answer of turn ${input.turn}`, () => crowd.hasSeen(input.turn), 120);
  const turns = await crowd.next(input.of);
  return ((turns.get(input.turn) ?? 0) / input.of) * 100;
}
