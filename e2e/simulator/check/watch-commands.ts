import type { World } from '../world.ts';
import { must } from './violation.ts';

export interface CommandWatch {
  /** Somebody was told that their command was carried out. */
  readonly acknowledged: (key: string, what: string) => void;
  readonly commandsCommitted: () => void;
  readonly commandsRestored: () => void;
  /** At the end: whatever was acknowledged is there still. */
  readonly everythingKept: () => void;
}

/** No change that was acknowledged is lost, and none is carried out twice. */
export function watchCommands({ database }: Pick<World, 'database'>): CommandWatch {
  let acknowledged = new Map<string, string>();
  let done = new Set<string>();
  let read = 0;
  /** Carried out, and forgotten with what came after a backup; whoever did it may hear of it only now. */
  const voided = new Set<string>();
  const commandsCommitted = () => {
    const { audit } = database.tables();
    for (; read < audit.length; read += 1) {
      const { key = '', what = '' } = audit[read] ?? {};
      must(!done.has(key), `a command was carried out twice: ${what}`);
      done.add(key);
    }
  };
  const mustBeDone = (key: string, what: string) => {
    must(done.has(key), `a command was acknowledged and is lost: ${what}`);
  };
  return {
    commandsCommitted,
    acknowledged: (key, what) => {
      if (voided.has(key)) return;
      acknowledged.set(key, what);
      mustBeDone(key, what);
    },
    commandsRestored: () => {
      const before = done;
      done = new Set();
      read = 0;
      commandsCommitted();
      for (const key of before) if (!done.has(key)) voided.add(key);
      acknowledged = new Map([...acknowledged].filter(([key]) => done.has(key)));
    },
    everythingKept: () => {
      for (const [key, what] of acknowledged) mustBeDone(key, what);
    },
  };
}
