import type { Id, SiteId } from '@almanac/domain';
import { stuckPlans, unsettledSites } from './check/progress.ts';
import { must, Violation } from './check/violation.ts';
import { createWatch, type Watch } from './check/watch.ts';
import { createDatabase } from './database/database.ts';
import { drawEstate } from './estate/draw-estate.ts';
import { breakThings, interruptions } from './faults/faults.ts';
import type { Plant } from './faults/plant.ts';
import { loseAndRestore } from './faults/restore-backup.ts';
import { createChance } from './kernel/chance.ts';
import { createKernel, type Kernel } from './kernel/kernel.ts';
import { createStory } from './kernel/story.ts';
import type { Mutant } from './mutants.ts';
import { stayOnDuty } from './people/on-duty.ts';
import { buildAllDay, firstDay, work } from './people/workload.ts';
import { openPlans } from './server/jobs.ts';
import { createNetwork } from './server/network.ts';
import { createNode } from './server/node.ts';
import { createHost } from './site/host.ts';
import { createNature } from './site/nature.ts';
import type { World } from './world.ts';

const minute = 60_000;
/** So long things go wrong; then one thing after the other must come to its end, each within the patience. */
const faultsMs = 4 * minute;
const patienceMs = 30 * minute;
/** How probable it is that a process dies at one of its pauses. */
const interruption = 0.0006;

export interface Run {
  readonly seed: number;
  /** What was broken, in a sentence; undefined where every rule held. */
  readonly wrong: string | undefined;
  /** Equal for equal runs. */
  readonly hash: string;
  readonly story: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
  readonly simulatedMs: number;
}

/** One run of a whole estate: first faults, then none, and then everything must come to its end. */
export function simulate(input: { readonly seed: number; readonly mutant?: Mutant; readonly whole?: boolean }): Run {
  const plant = buildPlant(input);
  const { kernel, story } = plant.world;
  let wrong: string | undefined;
  try {
    run(plant);
    mustHaveHappened(story.counts());
  } catch (error) {
    wrong =
      error instanceof Violation
        ? error.message
        : `the simulator failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  return {
    seed: input.seed,
    wrong,
    hash: story.hash(),
    story: story.lines(),
    counts: story.counts(),
    simulatedMs: kernel.now(),
  };
}

function buildPlant(input: { readonly seed: number; readonly mutant?: Mutant; readonly whole?: boolean }): Plant {
  const kernel = createKernel();
  const chance = createChance(input.seed);
  const story = createStory({ now: kernel.now, whole: input.whole === true });
  const estate = drawEstate(chance);
  const database = createDatabase(kernel, chance);
  const network = createNetwork(kernel, { chance, story });
  const numbers = new Map<string, number>();
  const world: World = {
    kernel,
    chance,
    story,
    estate,
    database,
    weather: network.weather,
    nature: createNature(),
    newId: <Kind extends string>(kind: Kind) => {
      const number = (numbers.get(kind) ?? 0) + 1;
      numbers.set(kind, number);
      return `${kind}-${number}` as Id<Kind>;
    },
    has: (mutant) => mutant === input.mutant,
    get watch() {
      return watch;
    },
  };
  const watch: Watch = createWatch(world);
  const nodes = Array.from({ length: chance.between(1, 3) }, (_, index) => createNode(world, `node ${index + 1}`));
  const sites = estate.environments.flatMap((environment) => environment.sites.map((site) => ({ environment, site })));
  for (const { environment, site } of sites)
    database.tables().sites.set(site.id, {
      id: site.id,
      environment: environment.id,
      generation: 0,
      document: null,
      report: null,
      lastSeenAt: null,
    });
  const hosts = sites.map(({ site }) => createHost({ world, site, network, nodes }));
  database.onCommitted(() => {
    watch.committed();
    // A hint with a poll behind it.
    for (const node of nodes) if (chance.happens(0.8)) kernel.after(chance.between(1, 20), node.notify);
  });
  return { world, nodes, hosts, network };
}

function run(plant: Plant): void {
  const { world, nodes, hosts } = plant;
  const { kernel } = world;
  const people = kernel.createProcess('people');
  const nightmare = kernel.createProcess('faults');
  let probability = 0;
  kernel.interruptWith(interruptions(plant, () => probability));
  for (const node of nodes) node.start();
  for (const host of hosts) host.start();
  people.spawn(firstDay(world, nodes));
  letPass(kernel, minute / 2);

  const end = kernel.elapsed() + faultsMs;
  probability = interruption;
  for (const person of world.estate.people) people.spawn(work(world, { person, nodes, until: end }));
  people.spawn(buildAllDay(world, { nodes, until: end }));
  nightmare.spawn(breakThings(plant, end));
  nightmare.spawn(loseAndRestore(plant, end));
  letPass(kernel, faultsMs);

  probability = 0;
  nightmare.kill();
  heal(plant);
  story(world, 'nothing goes wrong any more');
  const away = leaveOneAway(plant);
  letPass(kernel, minute / 2);
  waitUntilNothing(plant, () => [...stuckPlans(world), ...unsettledSites(plant)]);
  story(world, 'everything is at its end, or waits for a person');
  people.spawn(stayOnDuty(world, nodes));
  waitUntilNothing(plant, () => [...openPlansOf(plant), ...unsettledSites(plant)]);
  if (away !== undefined) {
    plant.network.cut.delete(away);
    story(world, `${away} is back`);
    waitUntilNothing(plant, () => unsettledSites(plant));
  }
  world.watch.everythingKept();
}

const story = ({ story: told }: World, what: string) => told.tell('the calm', what);

function letPass(kernel: Kernel, ms: number): void {
  const until = kernel.elapsed() + ms;
  while (kernel.elapsed() < until) must(kernel.next(), 'nothing happens any more');
}

/** Lets time pass until nothing is left to wait for. Where less was never left for as long as patience lasts, that is wrong. */
function waitUntilNothing({ world }: Plant, left: () => readonly string[]): void {
  const { kernel } = world;
  let least = Number.POSITIVE_INFINITY;
  let until = 0;
  for (let waits = left(); waits.length > 0; waits = left()) {
    if (waits.length < least) [least, until] = [waits.length, kernel.elapsed() + patienceMs];
    must(kernel.elapsed() < until, `no progress: ${waits.join('; ')}`);
    letPass(kernel, 5000);
  }
}

function openPlansOf({ world }: Plant): readonly string[] {
  return openPlans(world.database.tables()).map(
    ({ body }) => `plan ${body.number} is ${body.state} (${body.reason ?? 'without a reason'})`,
  );
}

/** Everything that was broken is mended: who is dead is started, who is cut off is back, clocks are right again. */
function heal({ world, nodes, hosts, network }: Plant): void {
  Object.assign(world.weather, { lost: 0, repeated: 0, late: 0 });
  network.cut.clear();
  world.nature.stepFaults = 0;
  world.nature.slowWrites = 0;
  world.database.setClock(0);
  world.database.start();
  for (const node of nodes) {
    node.setClock(0);
    if (node.process.alive()) continue;
    node.process.revive();
    node.start();
  }
  for (const host of hosts) host.start();
}

/** A site that stays away blocks nobody: all plans come to their end without it, and it follows when it returns. */
function leaveOneAway({ world, network }: Plant): SiteId | undefined {
  const { chance, estate } = world;
  const environment = chance.pick(estate.environments.filter((each) => each.sites.length > 2));
  const site = chance.pick(environment?.sites ?? []);
  if (site === undefined || !chance.happens(0.4)) return undefined;
  network.cut.add(site.id);
  world.story.count('a site stays away');
  story(world, `but ${site.name} stays away`);
  return site.id;
}

/** A run in which nothing went wrong or nobody did anything proves nothing. */
function mustHaveHappened(counts: ReadonlyMap<string, number>): void {
  const sum = (kind: string) =>
    [...counts].filter(([name]) => name.startsWith(kind)).reduce((total, [, count]) => total + count, 0);
  for (const [kind, least] of Object.entries({ 'fault: ': 8, 'done: ': 20, 'plan ended: ': 1, 'instance started': 4 }))
    must(sum(kind) >= least, `nothing is proven: of "${kind}" there were ${sum(kind)}, and ${least} are needed`);
}
