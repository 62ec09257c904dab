import type { GateObservation, Obstacle, Plan } from '@almanac/domain';
import type { World } from '../world.ts';

/** What the bugs that are planted make of the gates of a plan; the gates themselves where none is. */
export function plantedGates(world: World, plan: Plan, gates: GateObservation): GateObservation {
  const { content, operations, neighbours } = plan;
  return {
    ...gates,
    analysed: world.has('forget-analysis') ? { content, operations, neighbours } : gates.analysed,
    obstacles: gates.obstacles.filter((each) => !isIgnored(world, plan, each)),
  };
}

function isIgnored(world: World, plan: Plan, { code }: Obstacle): boolean {
  if (code === 'quarantined') return world.has('ignore-quarantine');
  if (code !== 'approval-missing') return false;
  const given = world.database.tables().approvals.filter((each) => each.plan === plan.id);
  const byAuthor = given.some((each) => plan.authors.includes(each.by) && each.content === plan.content);
  return (world.has('any-approval-counts') && given.length > 0) || (world.has('authors-approve') && byAuthor);
}
