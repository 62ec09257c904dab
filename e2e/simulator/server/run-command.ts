import { DomainError } from '@almanac/domain';
import { type Commit, Conflict } from '../database/database.ts';
import type { Work } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import type { ServerNode } from './node.ts';

/** What somebody asks of the control plane. The key is the same however often it is sent. */
export interface Command {
  readonly key: string;
  readonly what: string;
  readonly lock: string | null;
  /** Decides what to write; refuses what is not possible now. */
  readonly decide: (now: number) => Commit<void>;
}

export type Answer = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly why: string };

const done: Answer = { kind: 'done' };

/** Carries a command out once, with its entry in the audit, in one transaction. */
export function* runCommand(world: World, node: ServerNode, command: Command): Work<Answer> {
  if (world.has('acknowledge-before-commit')) {
    yield 1;
    node.process.spawn(swallow(carryOut(world, command)));
    return done;
  }
  return yield* carryOut(world, command);
}

function* carryOut(world: World, command: Command): Work<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      yield* transact(world, command);
      return done;
    } catch (error) {
      if (error instanceof DomainError) return { kind: 'refused', why: error.refusal.detail };
      if (!(error instanceof Conflict) || attempt >= 3) throw error;
      yield world.chance.between(5, 50);
    }
  }
}

function transact(world: World, command: Command): Work {
  const { database } = world;
  const isKnown = () =>
    !world.has('no-idempotency') && database.tables().audit.some((each) => each.key === command.key);
  return database.transact({
    lock: command.lock,
    decide: (now) => {
      if (isKnown()) return () => undefined;
      const commit = command.decide(now);
      return () => {
        // The key is claimed in the transaction: whoever comes second finds what the first one left.
        if (isKnown()) return;
        commit();
        database.tables().audit.push({ key: command.key, what: command.what });
      };
    },
  });
}

function* swallow(work: Work<Answer>): Work {
  try {
    yield* work;
  } catch (error) {
    if (error instanceof Error && error.name === 'Violation') throw error;
  }
}
