import type { BoardRow, Environment, Release } from '@almanac/protocol';
import { type ReactNode, useCallback, useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Empty } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { type Choice, choose, encodeChoices } from './choice.ts';
import {
  type ComposeRow,
  composeRows,
  contentOf,
  type GivenSettings,
  onlyDiffering,
  subjectOf,
  usualSource,
} from './compose.view-model.ts';
import { ComposeBar } from './compose-bar.tsx';
import { type Asking, ComposeDialog } from './compose-dialog.tsx';
import { ComposeGrid } from './compose-grid.tsx';
import { sourceWords } from './compose-source.ts';
import { composeCommand } from './draft.view-model.ts';
import type { Fix } from './finding.view-model.ts';
import { ImpactPanel } from './impact-panel.tsx';
import { withStrategy } from './strategy-choice.ts';
import { useComposition } from './use-composition.ts';
import { useDraft } from './use-draft.ts';

interface PickStep {
  readonly application: string;
  readonly choice: Choice;
}

interface ComposerProps {
  readonly environments: readonly Environment[];
  readonly rows: readonly BoardRow[];
  /** The release that is the source, where one is. */
  readonly release: Release | undefined;
  /** What leads to further applications. */
  readonly children: ReactNode;
}

/** Chooses on the left, shows the impact on the right; choices stand in the address, their draft on the server. */
export function Composer(props: ComposerProps) {
  const address = useComposition(props);
  const { target, source, composition, change } = address;
  const [given, setGiven] = useState<GivenSettings>({});
  const [confirmed, setConfirmed] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<Asking | null>(null);
  const content = contentOf(composition, given);
  const onNumber = useCallback(
    (number: string | undefined) => change({ plan: number === undefined ? undefined : Number(number) }, true),
    [change],
  );
  const draft = useDraft({ target: target?.name, content, number: address.number, onNumber });
  if (target === undefined) return <Empty title="There is no environment yet" />;

  // What completes a plan comes from what runs somewhere.
  const promoted = source?.kind === 'environment' ? source : usualSource(props.environments, target);
  const all = composeRows({ rows: props.rows, target, source, composition });
  const lines = address.showAll ? all : onlyDiffering(all);
  const pickAll = (steps: readonly PickStep[]) => {
    const choices = steps.reduce(
      (all, step) => choose(all, { ...step, everything: composition.everything }),
      composition.choices,
    );
    setAsking(null);
    change({ choose: encodeChoices(choices), ...(draft.over ? { plan: undefined } : {}) });
  };
  const pick = (application: string, choice: Choice) => pickAll([{ application, choice }]);
  /** What is taken with everything else is chosen by its name, or nothing could be said of it. */
  const takeOver = (line: ComposeRow, text: string | undefined) => {
    const application = line.row.application.name;
    const step = { application, choice: line.choice, everything: composition.everything };
    setAsking(null);
    change({
      choose: encodeChoices(choose(composition.choices, step)),
      rollout: withStrategy(composition.strategies, { application, text }),
      ...(draft.over ? { plan: undefined } : {}),
    });
  };
  const fix = (step: Fix) => {
    if (step.kind === 'choose') pick(step.application, step.choice);
    else setAsking({ kind: 'setting', application: step.application, key: step.key });
  };
  /** Another target is another plan: what was drafted for the one before is not kept. */
  const retarget = (name: string) => {
    if (draft.plan?.state === 'draft')
      void api.cancelPlan({ params: { plan: draft.plan.id }, body: {} }).catch(() => undefined);
    setConfirmed(new Set());
    change({ to: name, plan: undefined, ...(source?.kind === 'release' ? {} : { from: undefined }) });
  };
  return (
    <div className="compose">
      <div className="stack compose-main">
        <ComposeBar
          environments={props.environments}
          rows={props.rows}
          target={target}
          address={address}
          onTarget={retarget}
        />
        {lines.length === 0 ? (
          <Empty
            title={`Nothing here differs between ${source === undefined ? 'them' : sourceWords(source)} and ${target.displayName}`}
          >
            {address.showAll ? null : (
              <button type="button" className="link-button" onClick={() => change({ all: true })}>
                Show all applications
              </button>
            )}
          </Empty>
        ) : (
          <ComposeGrid
            lines={lines}
            target={target}
            source={source}
            operations={new Map((draft.plan?.operations ?? []).map((each) => [each.application.name, each]))}
            given={new Map(Object.entries(given).map(([name, values]) => [name, Object.keys(values).length]))}
            strategies={composition.strategies}
            onChoose={pick}
            onAsk={(line, kind) => setAsking({ kind, line })}
          />
        )}
        {props.children}
        <CommandLine command={composeCommand({ target: target.name, content })} />
        {draft.plan === undefined || draft.over ? null : (
          <p className="soft draft-note">
            Kept as draft {draft.plan.number}, made <RelativeTime at={draft.plan.createdAt} />. A draft stands in
            nobody's way.
          </p>
        )}
      </div>
      <ImpactPanel
        draft={draft}
        environment={target}
        source={promoted?.kind === 'environment' ? promoted.environment : undefined}
        subject={subjectOf(content)}
        onAdd={pickAll}
        onAnew={() => {
          draft.retry();
          change({ plan: undefined });
        }}
        onFix={fix}
        confirmed={confirmed}
        onConfirm={(code, yes) => setConfirmed(withMember(confirmed, code, yes))}
      />
      {asking === null ? null : (
        <ComposeDialog
          asking={asking}
          environment={target}
          strategies={composition.strategies}
          onChoose={pick}
          onStrategy={takeOver}
          onGive={({ application, key, value }) => {
            setGiven({ ...given, [application]: { ...given[application], [key]: value } });
            setAsking(null);
          }}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}

function withMember(set: ReadonlySet<string>, member: string, yes: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (yes) next.add(member);
  else next.delete(member);
  return next;
}
