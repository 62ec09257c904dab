import { afterStepFault, judgeStep, mayBeginStep, type RolloutDesired } from '@almanac/domain';
import type { Work } from '../kernel/kernel.ts';
import type { SiteContext } from './converge.ts';
import { type ApplicationRecord, journalPath, type StepRecord } from './journal.ts';

export function toldState({ state }: StepRecord): 'running' | 'succeeded' | 'failed' {
  return state === 'waiting' ? 'running' : state;
}

/** Looks at the steps that run, as the agent does: by the status that they leave, and by their process. */
export function* lookAtSteps(site: SiteContext, record: ApplicationRecord, now: number): Work {
  for (const step of record.steps.filter((each) => each.state === 'running')) {
    const process = site.machine.find(step.id);
    // An agent that died right after the start did not note it, and a step must not run twice at once.
    if (!site.world.has('adopt-nothing')) step.started ||= process !== undefined;
    const alive = step.started && process !== undefined && process.exitCode === null;
    const exitCode = step.started ? (process?.exitCode ?? null) : null;
    const look = judgeStep({ exitCode, alive, startedAt: step.startedAt }, now);
    if (look.kind === 'running') continue;
    if (look.kind === 'interrupted') {
      record.steps = record.steps.filter((each) => each !== step);
      continue;
    }
    if (look.kind === 'overdue') site.machine.kill(step.id);
    if (site.world.has('forget-step-result')) {
      record.steps = record.steps.filter((each) => each !== step);
      site.machine.forget(step.id);
      continue;
    }
    step.state = look.state;
    yield 1;
    yield* site.journal.save();
    site.world.story.tell(site.name, `${record.name}: ${step.step} ${step.state}`);
  }
}

/** Starts a step that is wanted, once: the journal knows of it before it begins. */
export function* ensureStep(
  site: SiteContext,
  given: {
    readonly record: ApplicationRecord;
    readonly step: RolloutDesired['steps'][number];
    readonly now: number;
  },
): Work {
  const { record, step, now } = given;
  const known = record.steps.find(
    (each) => each.step === step.step && each.module === step.module && each.operation === step.operation,
  );
  const others = record.steps.filter((each) => each !== known);
  if (!mayBeginStep(known, site.world.has('steps-side-by-side') ? [] : others, now)) return;
  const fresh: StepRecord = {
    ...step,
    id: `${step.step}-${step.module}-${step.operation}`,
    state: 'running',
    faults: known?.faults ?? 0,
    started: false,
    startedAt: now,
  };
  // What an earlier run of the same name left behind would count as its end.
  site.machine.forget(fresh.id);
  record.steps = [...others, fresh];
  if (!site.world.has('step-before-intention')) yield* site.journal.save();
  yield 1;
  // Now and then there is no memory, no descriptor, no database yet.
  if (site.world.chance.happens(site.world.nature.stepFaults)) {
    Object.assign(fresh, afterStepFault(fresh));
    site.world.story.tell(site.name, `${record.name}: ${step.step} could not be started (${fresh.state})`);
    return;
  }
  startStep(site, record, fresh);
  yield 1;
  fresh.started = true;
  yield* site.journal.save();
}

function startStep(site: SiteContext, record: ApplicationRecord, step: StepRecord): void {
  const { world, machine, name } = site;
  const traits = world.nature.traitsOf(step.operation);
  const isRunning = (id: string) => machine.find(id)?.exitCode === null;
  const durable = machine.disk.durable(journalPath);
  world.watch.stepStarted({ site: name, application: record.id, step, isRunning, durable });
  machine.start({
    id: step.id,
    kind: 'step',
    operation: step.operation,
    readyAfter: null,
    endAfter: { ms: traits?.stepMs ?? 100, exitCode: traits?.fault === step.step ? 1 : 0 },
    onEnd: () => world.watch.stepEnded(name, step.id),
  });
  world.story.tell(name, `${record.name}: ${step.step} of ${step.module} begins`);
}
