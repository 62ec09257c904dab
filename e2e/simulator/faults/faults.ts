import type { RolloutPhase } from '@almanac/domain';
import type { Process, Work } from '../kernel/kernel.ts';
import type { ServerNode } from '../server/node.ts';
import type { Host } from '../site/host.ts';
import type { SignedDocument } from '../site/messages.ts';
import type { Plant } from './plant.ts';

const second = 1000;
const day = 86_400_000;

/** One kind of thing that goes wrong; tells what it did, or nothing where there was nothing to do it to. */
type Fault = (plant: Plant) => string | undefined;

/** What goes wrong, and how often. */
export const faults: readonly (readonly [number, string, Fault])[] = [
  [6, 'server killed', killNode],
  [6, 'agent killed', killAgent],
  [4, 'power cut', cutPower],
  [3, 'process stopped', stopProcess],
  [3, 'database away', stopDatabase],
  [6, 'site cut off', cutSite],
  [1, 'weeks pass', letWeeksPass],
  [4, 'storm', storm],
  [6, 'clock set', setClock],
  [6, 'instance ended', endInstance],
  [3, 'instance hangs', hangInstance],
  [3, 'old document replayed', replay],
  [2, 'document forged', forge],
  [2, 'steps fail to start', failSteps],
  [3, 'disks slow', slowDisks],
];

/** Breaks something every few seconds until the time is over. */
export function* breakThings(plant: Plant, until: number): Work {
  const { chance, kernel } = plant.world;
  while (kernel.elapsed() < until) {
    yield chance.between(2 * second, 20 * second);
    strike(plant);
  }
}

function strike(plant: Plant): void {
  const { chance, story } = plant.world;
  const [, kind = '', fault] = chance.weighted(faults.map((each) => [each[0], each] as const)) ?? [];
  const told = fault?.(plant);
  if (told === undefined) return;
  story.count(`fault: ${kind}`);
  story.tell('a fault', told);
}

function killNode({ world, nodes }: Plant): string | undefined {
  const node = world.chance.pick(nodes.filter((each) => each.process.alive()));
  if (node === undefined) return undefined;
  killFor(world, node, world.chance.between(1, 40) * second);
  return `${node.process.name} is killed`;
}

export function killFor(world: Plant['world'], node: ServerNode, ms: number): void {
  node.process.kill();
  world.kernel.after(ms, () => {
    if (node.process.alive()) return;
    node.process.revive();
    node.start();
  });
}

/** Mostly one on which something is going on: there a fault does most harm. */
function aHost({ world, hosts }: Plant): Host | undefined {
  const busy = hosts.filter((host) => {
    const records = Object.values(host.agent()?.context.journal.state.applications ?? {});
    return records.some(({ rollout }) => underWay.has(rollout.phase));
  });
  return world.chance.pick(busy.length > 0 && world.chance.happens(0.7) ? busy : hosts);
}

const underWay = new Set<RolloutPhase>(['migrating', 'stepping', 'progressing', 'verifying', 'returning', 'removing']);

function killAgent(plant: Plant): string | undefined {
  const { world } = plant;
  const host = aHost(plant);
  if (host?.agent() === undefined) return undefined;
  host.kill();
  world.kernel.after(world.chance.between(1, 20) * second, host.start);
  return `the agent of ${host.site.name} is killed`;
}

function cutPower(plant: Plant): string | undefined {
  const { world } = plant;
  const host = aHost(plant);
  if (host === undefined) return undefined;
  host.cutPower();
  world.kernel.after(world.chance.between(3, 60) * second, host.start);
  return `the power of ${host.site.name} is cut`;
}

/** So much more often an agent dies between the change of a name and the moment from which that lasts. */
const whereItHurts = 12;

/** Kills a process exactly where it is about to go on: between a deed and its record, for example. */
export function interruptions(plant: Plant, probability: () => number): (process: Process) => boolean {
  const { world, nodes, hosts } = plant;
  return (process) => {
    const node = nodes.find((each) => each.process === process);
    const host = hosts.find((each) => each.process === process);
    if (node === undefined && host === undefined) return false;
    const often = host?.machine.disk.isAtRisk() === true ? whereItHurts : 1;
    if (!world.chance.happens(probability() * often)) return false;
    world.story.count('fault: killed in the middle');
    const withPower = host !== undefined && world.chance.happens(0.4);
    const words = withPower ? 'loses its power' : 'dies';
    world.story.tell('a fault', `${process.name} ${words} in the middle of its work`);
    if (withPower) host.cutPower();
    else host?.kill();
    if (node !== undefined) killFor(world, node, world.chance.between(1, 20) * second);
    if (host !== undefined) startAgain(world, host);
    return true;
  };
}

/** Now and then the power goes as soon as the agent is back: twice unlucky is not rare among thousands. */
function startAgain(world: Plant['world'], host: Host): void {
  const ms = world.chance.between(1, 20) * second;
  world.kernel.after(ms, host.start);
  if (!world.chance.happens(0.3)) return;
  world.kernel.after(ms + world.chance.between(1, 400), () => {
    if (host.agent() === undefined) return;
    world.story.tell('a fault', `the power of ${host.site.name} is cut as soon as its agent is back`);
    host.cutPower();
    world.kernel.after(world.chance.between(1, 20) * second, host.start);
  });
}

function stopProcess({ world, nodes, hosts }: Plant): string | undefined {
  const process = world.chance.pick([...nodes, ...hosts].map((each) => each.process).filter((each) => each.alive()));
  const seconds = world.chance.between(5, 70);
  process?.pause(seconds * second);
  return process === undefined ? undefined : `${process.name} is stopped for ${seconds} s`;
}

function stopDatabase({ world }: Plant): string | undefined {
  if (!world.database.isUp()) return undefined;
  const seconds = world.chance.between(1, 20);
  world.database.stop();
  world.kernel.after(seconds * second, world.database.start);
  return `the database is away for ${seconds} s`;
}

function cutSite({ world, hosts, network }: Plant): string | undefined {
  const host = world.chance.pick(hosts.filter((each) => !network.cut.has(each.site.id)));
  if (host === undefined) return undefined;
  const seconds = world.chance.between(5, 150);
  network.cut.add(host.site.id);
  world.kernel.after(seconds * second, () => network.cut.delete(host.site.id));
  return `${host.site.name} is cut off for ${seconds} s`;
}

/** A site is cut off, and nothing happens for weeks. */
function letWeeksPass({ world, hosts, network }: Plant): string | undefined {
  const host = world.chance.pick(hosts.filter((each) => !network.cut.has(each.site.id)));
  const leapt = world.kernel.now() - world.kernel.elapsed();
  // Change windows are open for a year.
  if (host === undefined || leapt > 150 * day) return undefined;
  const days = world.chance.between(3, 90);
  network.cut.add(host.site.id);
  world.kernel.after(60 * second, () => {
    world.story.tell('time', `${days} days pass, with ${host.site.name} cut off`);
    world.kernel.leap(days * day);
  });
  world.kernel.after(90 * second, () => network.cut.delete(host.site.id));
  return `${host.site.name} is cut off for ${days} days`;
}

function storm({ world }: Plant): string {
  const { weather, chance } = world;
  const seconds = chance.between(20, 120);
  Object.assign(weather, { lost: 0.03, repeated: 0.1, late: 0.08 });
  world.kernel.after(seconds * second, () => Object.assign(weather, { lost: 0, repeated: 0, late: 0 }));
  return `messages get lost, late and repeated for ${seconds} s`;
}

function setClock(plant: Plant): string | undefined {
  const { world, nodes } = plant;
  const { chance } = world;
  const kind = chance.pick(['database', 'node', 'machine', 'machine']);
  const sign = chance.pick([-1, 1]) ?? 1;
  if (kind === 'database') {
    const seconds = sign * chance.between(1, 30);
    world.database.setClock(seconds * second);
    return `the clock of the database is off by ${seconds} s`;
  }
  const hours = sign * chance.between(1, 100);
  const node = chance.pick(nodes);
  const host = aHost(plant);
  if (kind === 'node') node?.setClock(hours * 3600 * second);
  else if (host !== undefined) {
    host.machine.skew = hours * 3600 * second;
    // Who sets a clock often starts everything anew.
    if (chance.happens(0.6)) host.kill();
    world.kernel.after(second, host.start);
  }
  return `the clock of ${kind === 'node' ? node?.process.name : host?.site.name} is off by ${hours} h`;
}

function endInstance(plant: Plant): string | undefined {
  const found = anInstance(plant);
  found?.host.machine.kill(found.id);
  return found === undefined ? undefined : `${found.id} on ${found.host.site.name} ends by itself`;
}

function hangInstance(plant: Plant): string | undefined {
  const found = anInstance(plant);
  const process = found?.host.machine.find(found.id);
  if (found === undefined || process === undefined) return undefined;
  process.hangs = true;
  return `${found.id} on ${found.host.site.name} answers no more`;
}

function anInstance({ world, hosts }: Plant) {
  const every = hosts.flatMap((host) =>
    [...host.machine.running.values()]
      .filter((each) => each.kind === 'instance' && each.exitCode === null)
      .map(({ id }) => ({ host, id })),
  );
  return world.chance.pick(every);
}

/** Somebody on the way keeps documents, and sends them again when they are old. */
function replay({ world, hosts }: Plant): string | undefined {
  const kept = world.watch.documentsOfBefore();
  const document = world.chance.pick(kept);
  const host = hosts.find((each) => each.site.id === document?.site);
  if (document === undefined || host === undefined) return undefined;
  const told = host.agent()?.hear({ document, signer: 'control plane' });
  return told === true
    ? `${host.site.name} is sent generation ${document.incarnation}.${document.generation} again`
    : undefined;
}

function forge({ world, hosts }: Plant): string | undefined {
  const host = world.chance.pick(hosts);
  if (host === undefined) return undefined;
  const generation = world.chance.between(50, 5000);
  const forged: SignedDocument = {
    document: { site: host.site.id, incarnation: 9e15, generation, applications: [] },
    signer: 'somebody else',
  };
  return host.agent()?.hear(forged) === true ? `${host.site.name} is sent a forged document` : undefined;
}

function slowDisks({ world }: Plant): string {
  world.nature.slowWrites = 0.5;
  world.kernel.after(60 * second, () => {
    world.nature.slowWrites = 0;
  });
  return 'half of all writes take seconds for 60 s';
}

function failSteps({ world }: Plant): string {
  world.nature.stepFaults = 0.5;
  world.kernel.after(30 * second, () => {
    world.nature.stepFaults = 0;
  });
  return 'half of all steps cannot be started for 30 s';
}
