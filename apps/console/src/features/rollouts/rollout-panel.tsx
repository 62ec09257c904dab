import type { Rollout } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { api } from '../../api.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { AnalysisView } from './analysis-view.tsx';
import { standingWords, stepsOf, verdictForms } from './rollout.view-model.ts';
import { RolloutCommands } from './rollout-commands.tsx';

/** Charts come when there is something to draw. */
const RolloutCurves = lazy(async () => ({ default: (await import('./rollout-curves.tsx')).RolloutCurves }));

const everyMs = 3000;

/** How a version comes or came to an application, step by step, on each site; nothing where it took no steps. */
export function RolloutPanel(props: {
  readonly environment: string;
  readonly application: string;
  /** The operation of the sites that it is about. */
  readonly operation: string;
}) {
  const { environment, application, operation } = props;
  const rollout = useQuery({
    queryKey: ['rollout', environment, application],
    queryFn: () => api.getRollout({ params: { environment, application } }),
    refetchInterval: everyMs,
    retry: false,
  });
  const sites = rollout.data?.sites.filter((each) => each.rollout?.operation === operation) ?? [];
  const verdicts = rollout.data?.verdicts.filter((each) => each.operation === operation) ?? [];
  if (rollout.data === undefined || (sites.length === 0 && verdicts.length === 0)) return null;
  const present = rollout.data.operation === operation;
  return (
    <section className="rollout" aria-label={`Rollout of ${application} in ${environment}`}>
      <div className="spread">
        <h2>Rollout of {application}</h2>
        {present ? <RolloutCommands rollout={rollout.data} /> : null}
      </div>
      {sites.map((site) => (
        <SiteRollout key={site.site.id} site={site} />
      ))}
      <Verdicts verdicts={verdicts} />
    </section>
  );
}

function SiteRollout(props: { readonly site: Rollout['sites'][number] }) {
  const { site } = props;
  const { rollout } = site;
  if (rollout === null) return null;
  const last = rollout.analyses.at(-1);
  return (
    <div className="stack-small">
      <div className="row" style={{ flexWrap: 'wrap' }}>
        <strong>{site.site.name}</strong>
        <span className={rollout.hold === null ? undefined : 'rollout-waits'}>{standingWords(site, rollout)}</span>
        {rollout.hold === null ? null : (
          <span className="soft">
            Without a decision it goes back on {new Date(rollout.hold.until).toLocaleString()}
          </span>
        )}
      </div>
      <ol className="rollout-steps" aria-label={`Steps on ${site.site.name}`}>
        {stepsOf(rollout, site.phase).map(({ words, health, state }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other identity than their place
          <li key={index} aria-current={index === rollout.step ? 'step' : undefined}>
            <StateMark health={health} word={state} />
            <span>{words}</span>
          </li>
        ))}
      </ol>
      <Weights weight={rollout.weight} candidate={site.candidate?.label} stable={site.stable?.label} />
      {rollout.curves.stable.length + rollout.curves.candidate.length < 2 ? null : (
        <Suspense fallback={<div className="rollout-curves" />}>
          <RolloutCurves curves={rollout.curves} />
        </Suspense>
      )}
      {last === undefined ? null : <AnalysisView analysis={last} />}
    </div>
  );
}

/** Who takes how much of the requests, in the two colours of both versions. */
function Weights(props: {
  readonly weight: number;
  readonly candidate: string | undefined;
  readonly stable: string | undefined;
}) {
  const { weight } = props;
  const words = `${props.stable ?? 'before'} ${100 - weight} %, ${props.candidate ?? 'new'} ${weight} % of the requests`;
  return (
    <div className="rollout-weights">
      <div className="rollout-bar" role="img" aria-label={words}>
        <span className="stable" style={{ width: `${100 - weight}%` }} />
        <span className="candidate" style={{ width: `${weight}%` }} />
      </div>
      <div className="row">
        <span className="rollout-key stable">
          {props.stable ?? 'before'} {100 - weight} %
        </span>
        <span className="rollout-key candidate">
          {props.candidate ?? 'new'} {weight} %
        </span>
      </div>
    </div>
  );
}

function Verdicts(props: { readonly verdicts: Rollout['verdicts'] }) {
  if (props.verdicts.length === 0) return null;
  return (
    <ul className="rollout-verdicts" aria-label="Verdicts">
      {props.verdicts.map((each) => (
        <li key={`${each.site.id} ${each.name} ${each.run}`}>
          <StateMark health={verdictForms[each.verdict].health} word={verdictForms[each.verdict].word} showWord />
          <span>
            {each.name === 'background' ? 'beside the steps' : each.name.replace('-', ' ')} on {each.site.name}
            {each.reason === null ? '' : `: ${each.reason}`}
          </span>
          <span className="soft">
            <RelativeTime at={each.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
