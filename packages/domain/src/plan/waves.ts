import type { ApplicationId } from '../identity/id.ts';

/** What an application of a plan provides and consumes, by contract name, after the plan. */
export interface WaveMember {
  readonly application: ApplicationId;
  readonly removed: boolean;
  readonly provides: readonly string[];
  readonly consumes: readonly string[];
}

/**
 * The wave of each application: producers before their consumers, consumers before producers where they are removed;
 * what depends on each other in a circle shares a wave. Waves count from 0.
 */
export function orderInWaves(members: readonly WaveMember[]): ReadonlyMap<ApplicationId, number> {
  const waves = new Map<ApplicationId, number>();
  const before = new Map(members.map((member) => [member.application, predecessors(member, members)]));
  let waiting = [...members];
  for (let wave = 0; waiting.length > 0; wave += 1) {
    const ready = waiting.filter((member) => (before.get(member.application) ?? []).every((each) => waves.has(each)));
    // Nothing is ready in a circle: the members that only wait for each other go together.
    const next = ready.length > 0 ? ready : smallestCircle(waiting, before, waves);
    for (const member of next) waves.set(member.application, wave);
    waiting = waiting.filter((member) => !waves.has(member.application));
  }
  return waves;
}

function predecessors(member: WaveMember, members: readonly WaveMember[]): readonly ApplicationId[] {
  const others = members.filter((each) => each.application !== member.application);
  const needed = member.removed
    ? others.filter((each) => each.removed && each.consumes.some((contract) => member.provides.includes(contract)))
    : others.filter((each) => !each.removed && each.provides.some((contract) => member.consumes.includes(contract)));
  return needed.map((each) => each.application);
}

function smallestCircle(
  waiting: readonly WaveMember[],
  before: ReadonlyMap<ApplicationId, readonly ApplicationId[]>,
  placed: ReadonlyMap<ApplicationId, number>,
): readonly WaveMember[] {
  const closures = waiting.map((member) => {
    const reached = new Set<ApplicationId>([member.application]);
    for (const application of reached) {
      for (const each of before.get(application) ?? []) if (!placed.has(each)) reached.add(each);
    }
    return reached;
  });
  const [smallest] = closures.toSorted((a, b) => a.size - b.size);
  return waiting.filter((member) => smallest?.has(member.application) === true);
}
