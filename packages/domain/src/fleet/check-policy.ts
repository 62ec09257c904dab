import { type Fault, refuse } from '../refusal/refusal.ts';
import type { FleetPolicy, Ring } from './fleet.ts';

/** Refuses rings that would leave sites out, or that cannot be told apart; every fault is named. */
export function decideRings(policy: FleetPolicy): FleetPolicy {
  const faults = [...namesTwice(policy.rings), ...leavesOut(policy.rings), ...emptySelectors(policy.rings)];
  if (faults.length > 0)
    return refuse(
      'invalid-request',
      `the rings cannot be used: ${faults.map((each) => each.detail).join('; ')}`,
      faults,
    );
  return policy;
}

function namesTwice(rings: readonly Ring[]): readonly Fault[] {
  return rings.flatMap((ring, index) =>
    rings.findIndex((each) => each.name === ring.name) === index
      ? []
      : [{ pointer: `/rings/${index}/name`, detail: `two rings are called ${ring.name}` }],
  );
}

function leavesOut(rings: readonly Ring[]): readonly Fault[] {
  const last = rings.at(-1);
  const takesTheRest = last?.sites.kind === 'share' && last.sites.percent === 100;
  const early = rings.slice(0, -1).findIndex((each) => each.sites.kind === 'share' && each.sites.percent === 100);
  return [
    ...(takesTheRest
      ? []
      : [
          {
            pointer: `/rings/${Math.max(0, rings.length - 1)}/sites`,
            detail: 'the last ring takes what is left: give it a share of 100 %',
          },
        ]),
    ...(early < 0
      ? []
      : [{ pointer: `/rings/${early}/sites`, detail: `ring ${rings[early]?.name} leaves nothing for those after it` }]),
  ];
}

function emptySelectors(rings: readonly Ring[]): readonly Fault[] {
  return rings.flatMap((ring, index) =>
    ring.sites.kind === 'labels' && Object.keys(ring.sites.labels).length === 0
      ? [{ pointer: `/rings/${index}/sites/labels`, detail: `ring ${ring.name} names no label` }]
      : [],
  );
}
