import { type Actor, actorName } from '@almanac/domain';
import type { InTransaction } from './endpoint.ts';

export interface RefusedRequest {
  readonly actor: Actor;
  /** What was asked for, of the route table. */
  readonly operation: string;
}

export interface RefusalCounter {
  /** Puts a refusal into the audit: the first of its kind at once, those that follow as a count. */
  readonly note: (refused: RefusedRequest) => Promise<void>;
  /** Writes down what was counted since. */
  readonly flush: () => Promise<void>;
}

interface Counted {
  readonly refused: RefusedRequest;
  readonly since: Date;
  count: number;
}

/** So many kinds are counted apart between two flushes; what comes above that, as one. */
const mostKinds = 1000;
const surplus = 'several operations';

/**
 * Whoever tries what they may not is in the audit, and cannot fill it: of the same request by the same account there is one
 * entry, and then one with a number each time that is flushed.
 */
export function createRefusalCounter(inTransaction: InTransaction): RefusalCounter {
  const counted = new Map<string, Counted>();
  const write = ({ refused, since, count }: Counted) =>
    inTransaction({ actor: refused.actor, action: 'access-refused' }, async (context) => {
      context.audit({ subject: `operation:${refused.operation}`, detail: { count, since: since.toISOString() } });
    });
  return {
    note: async (refused) => {
      const isTooMuch = counted.size >= mostKinds && !counted.has(keyOf(refused));
      const kind = isTooMuch ? { ...refused, operation: surplus } : refused;
      const known = counted.get(keyOf(kind));
      if (known !== undefined) {
        known.count += 1;
        return;
      }
      const fresh = { refused: kind, since: new Date(), count: 0 };
      counted.set(keyOf(kind), fresh);
      await write({ ...fresh, count: 1 });
    },
    flush: async () => {
      const all = [...counted.values()];
      counted.clear();
      for (const each of all) if (each.count > 0) await write(each);
    },
  };
}

function keyOf({ actor, operation }: RefusedRequest): string {
  return `${actorName(actor)} ${operation}`;
}
