import {
  type ApplicationId,
  type BuildId,
  comparingRules,
  type EnvironmentId,
  ImpactIndex,
  unresolvedConsumers,
} from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { EventFeed, FeedEvent } from '#platform/events';
import type { Tables } from '#tables';
import { readInterfaces } from './read-interfaces.ts';

/** The references of the estate in memory, as they are in the database now. */
export interface EstateIndex {
  /**
   * The index with everything that was committed before the call. It belongs to the caller up to the next `await`: what
   * happens meanwhile is applied to it.
   */
  readonly current: () => Promise<ImpactIndex>;
  /** Makes builds known for as long as `use` runs, whether they are installed somewhere or not. */
  readonly holding: <Result>(
    builds: readonly BuildId[],
    use: (index: ImpactIndex) => Promise<Result>,
  ) => Promise<Result>;
  /**
   * Lets one caller search for as long as it takes, with as many turns of others between as it likes: what the environments
   * contain stays as it is meanwhile, and whoever else asks waits. What it holds is let go at the end.
   */
  readonly searching: <Result>(
    use: (index: ImpactIndex, hold: (builds: readonly BuildId[]) => Promise<void>) => Promise<Result>,
  ) => Promise<Result>;
  /** Loads it when it was not loaded yet; resolves when it is there. */
  readonly load: () => Promise<void>;
  readonly measures: () => { readonly loadSeconds: number; readonly loads: number; readonly applied: number };
}

/** What an environment contains of an application may be another build now. */
interface Moved {
  readonly environment: EnvironmentId | undefined;
  readonly application: ApplicationId;
}

export function createEstateIndex(input: {
  readonly db: Kysely<Tables>;
  readonly feed: EventFeed;
  readonly onError: (error: unknown) => void;
}): EstateIndex {
  const { db, feed } = input;
  let index: ImpactIndex | undefined;
  /** Position up to which every event is applied. */
  let position = 0;
  let loadSeconds = 0;
  let loads = 0;
  let applied = 0;
  /** Changes of the index happen one after the other. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(act: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(act);
    turn = result.catch(() => undefined);
    return result;
  };

  const load = async (): Promise<ImpactIndex> => {
    if (index !== undefined) return index;
    const start = performance.now();
    // Events from here on are applied to what is read from here on; applying one twice changes nothing.
    const from = feed.position();
    const loaded = await loadIndex(db);
    position = from;
    index = loaded;
    loadSeconds = (performance.now() - start) / 1000;
    loads += 1;
    return loaded;
  };
  const catchUp = async (): Promise<ImpactIndex> => {
    const loaded = await load();
    const events = await readNews(db, position);
    for (const moved of distinct(events.moves)) {
      await applyMove(db, loaded, moved);
      applied += 1;
    }
    for (const contract of events.resolved) await renewConsumers(db, loaded, contract);
    position = Math.max(position, events.position);
    return loaded;
  };
  const trusted = async (): Promise<ImpactIndex> => {
    try {
      return await catchUp();
    } catch (error) {
      // What is half applied is not trusted: the next one to ask loads it anew.
      index = undefined;
      throw error;
    }
  };
  const current = () => inTurn(trusted);
  let woken = false;
  feed.subscribe((event) => {
    if (index === undefined || woken || !isNews(event)) return;
    woken = true;
    // One look takes all that came until then.
    void inTurn(async () => {
      woken = false;
    })
      .then(current)
      .catch(input.onError);
  });
  return {
    current,
    load: () => inTurn(load).then(() => undefined),
    holding: async (builds, use) => {
      const known = await current();
      const held = new Held(db, known);
      try {
        await held.add(builds);
        return await use(known);
      } finally {
        held.release();
      }
    },
    searching: (use) =>
      inTurn(async () => {
        const known = await trusted();
        const held = new Held(db, known);
        try {
          return await use(known, (builds) => held.add(builds));
        } finally {
          held.release();
        }
      }),
    measures: () => ({ loadSeconds, loads, applied }),
  };
}

/** Builds that somebody wants to be known for a while. */
class Held {
  readonly #db: Kysely<Tables>;
  readonly #index: ImpactIndex;
  readonly #builds = new Set<BuildId>();

  constructor(db: Kysely<Tables>, index: ImpactIndex) {
    this.#db = db;
    this.#index = index;
  }

  async add(builds: readonly BuildId[]): Promise<void> {
    const missing = [...new Set(builds)].filter((build) => !this.#builds.has(build));
    for await (const interfaces of readInterfaces(this.#db, missing))
      for (const each of interfaces) {
        this.#index.hold(each);
        this.#builds.add(each.build);
      }
  }

  release(): void {
    for (const build of this.#builds) this.#index.release(build);
  }
}

const newsKinds = ['target-changed', 'application-changed', 'references-resolved'] as const;

function isNews(event: FeedEvent): boolean {
  return newsKinds.some((kind) => kind === event.kind);
}

/** What happened to what the index holds. */
interface News {
  readonly moves: readonly Moved[];
  /** Contracts that somebody provides now and that were consumed before. */
  readonly resolved: readonly string[];
  readonly position: number;
}

/** A text that was cut out of a large one may keep all of that in memory; this one stands for itself. */
function ownText(text: string): string {
  return Buffer.from(text).toString();
}

async function loadIndex(db: Kysely<Tables>): Promise<ImpactIndex> {
  const index = new ImpactIndex({ keep: ownText });
  const targets = await db.selectFrom('targets').select(['environmentId', 'applicationId', 'buildId']).execute();
  const builds = [...new Set(targets.map((each) => each.buildId))];
  for await (const interfaces of readInterfaces(db, builds)) for (const each of interfaces) index.hold(each);
  for (const each of targets)
    index.install({ environment: each.environmentId, application: each.applicationId, build: each.buildId });
  for (const build of builds) index.release(build);
  const verdicts = await db
    .selectFrom('elementVerdicts')
    .select(['provided', 'builtAgainst', 'compatible'])
    .where('rules', '=', comparingRules)
    .execute();
  for (const verdict of verdicts) index.learn(verdict);
  return index;
}

/** What happened after a position, and what happened and has no position yet: it is committed, only not delivered. */
async function readNews(db: Kysely<Tables>, after: number): Promise<News> {
  const rows = await db
    .selectFrom('outbox')
    .select(['position', 'kind', 'subject'])
    .where((where) => where.or([where('position', 'is', null), where('position', '>', after)]))
    .where('kind', 'in', newsKinds)
    .orderBy(sql`position nulls last`)
    .execute();
  return {
    moves: rows.flatMap(({ subject }) => {
      const { application, environment } = subject;
      if (application === undefined) return [];
      // Subjects of these events are written by our own code with keys of applications and environments.
      return [{ application: application as ApplicationId, environment: environment as EnvironmentId | undefined }];
    }),
    resolved: [
      ...new Set(
        rows.flatMap(({ kind, subject }) => (kind === 'references-resolved' ? (subject['contract'] ?? []) : [])),
      ),
    ],
    position: rows.reduce((last, row) => Math.max(last, row.position ?? 0), after),
  };
}

/** Reads again what builds consume that were built before anybody provided a contract. */
async function renewConsumers(db: Kysely<Tables>, index: ImpactIndex, contract: string): Promise<void> {
  for await (const interfaces of readInterfaces(db, unresolvedConsumers(index, contract)))
    for (const each of interfaces) index.renew(each);
}

function distinct(moves: readonly Moved[]): readonly Moved[] {
  return [...new Map(moves.map((each) => [`${each.application} ${each.environment ?? ''}`, each])).values()];
}

/** Takes over what the environments contain of an application now. */
async function applyMove(db: Kysely<Tables>, index: ImpactIndex, { application, environment }: Moved): Promise<void> {
  const targets = await db
    .selectFrom('targets')
    .select(['environmentId', 'buildId'])
    .where('applicationId', '=', application)
    .$if(environment !== undefined, (query) => query.where('environmentId', '=', environment ?? ('' as never)))
    .execute();
  const unknown = targets.map((each) => each.buildId).filter((build) => !index.knows(build));
  const held: BuildId[] = [];
  for await (const interfaces of readInterfaces(db, [...new Set(unknown)]))
    for (const each of interfaces) {
      index.hold(each);
      held.push(each.build);
    }
  for (const place of environment === undefined ? index.environments() : [environment]) {
    const target = targets.find((each) => each.environmentId === place);
    index.install({ environment: place, application, build: target?.buildId ?? null });
  }
  for (const build of held) index.release(build);
}
