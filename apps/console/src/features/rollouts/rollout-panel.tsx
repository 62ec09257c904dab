import type { Rollout } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { api } from '../../api.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { AnalysisView } from './analysis-view.tsx';
import {
  askedWords,
  explainedBy,
  type ShareView,
  sharesOf,
  standingWords,
  stepsOf,
  verdictForms,
  verdictKey,
} from './rollout.view-model.ts';
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
        {present ? <RolloutCommands rollout={rollout.data} site={null} /> : null}
      </div>
      {sites.map((site) => (
        <SiteRollout key={site.site.id} site={site} of={present && sites.length > 1 ? rollout.data : null} />
      ))}
      <Verdicts verdicts={verdicts} explained={explainedBy(sites)} />
    </section>
  );
}

function SiteRollout(props: {
  readonly site: Rollout['sites'][number];
  /** The rollout on several sites of which this one may be asked alone; null where there is nothing to choose. */
  readonly of: Rollout | null;
}) {
  const { site, of } = props;
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
        {of === null ? null : <RolloutCommands rollout={of} site={site} />}
      </div>
      {site.command === null ? null : <div className="soft">{askedWords(site.command)}</div>}
      <ol className="rollout-steps" aria-label={`Steps on ${site.site.name}`}>
        {stepsOf(rollout, site.phase).map(({ words, health, state }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other identity than their place
          <li key={index} aria-current={index === rollout.step ? 'step' : undefined}>
            <StateMark health={health} word={state} />
            <span>{words}</span>
          </li>
        ))}
      </ol>
      <Weights shares={sharesOf(site, rollout)} />
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
function Weights(props: { readonly shares: readonly ShareView[] }) {
  const { shares } = props;
  const words = shares.map(({ label, weight }) => `${label} ${weight} %`).join(', ');
  return (
    <div className="rollout-weights">
      <div className="rollout-bar" role="img" aria-label={`${words} of the requests`}>
        {shares.map(({ kind, weight }) => (
          <span key={kind} className={kind} style={{ width: `${weight}%` }} />
        ))}
      </div>
      <div className="row" style={{ flexWrap: 'wrap' }}>
        {shares.map(({ kind, label, weight }) => (
          <span key={kind} className={`rollout-key ${kind}`}>
            {label} {weight} %
          </span>
        ))}
      </div>
    </div>
  );
}

function Verdicts(props: {
  readonly verdicts: Rollout['verdicts'];
  /** Verdicts whose reasons stand beside their metrics already. */
  readonly explained: ReadonlySet<string>;
}) {
  if (props.verdicts.length === 0) return null;
  return (
    <ul className="rollout-verdicts" aria-label="Verdicts">
      {props.verdicts.map((each) => (
        <li key={verdictKey(each.site, each)}>
          <StateMark health={verdictForms[each.verdict].health} word={verdictForms[each.verdict].word} showWord />
          <span>
            {each.name === 'background' ? 'beside the steps' : each.name.replace('-', ' ')} on {each.site.name}
            {each.reason === null || props.explained.has(verdictKey(each.site, each)) ? '' : `: ${each.reason}`}
          </span>
          <span className="soft">
            <RelativeTime at={each.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
