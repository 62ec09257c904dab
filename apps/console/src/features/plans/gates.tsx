import type { Obstacle, Plan, Standing } from '@almanac/protocol';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useNow } from '../../ui/use-now.ts';
import { exemptibleOf } from './exemption.view-model.ts';
import { SetAside } from './set-aside.tsx';
import { earliestWords, obstacleHealth, obstacleTitle, until, type Voice } from './standing.view-model.ts';

/** What stands in the way: who can do something about it, what they would do, and when it passes by itself. */
export function Obstacles(props: {
  readonly obstacles: readonly Obstacle[];
  /** The plan that they stand before, where they stand before one: some can be set aside for it. */
  readonly plan?: Plan;
}) {
  const { plan } = props;
  const now = useNow();
  return (
    <ul className="obstacles" aria-label="What stands in the way">
      {props.obstacles.map((each) => (
        <li key={each.code + (each.application ?? '') + each.detail}>
          <StateMark health={obstacleHealth(each)} word={obstacleTitle(each)} showWord />
          <div>{each.detail}</div>
          <dl className="facts">
            <dt>Who</dt>
            <dd>{each.owner}</dd>
            <dt>Next</dt>
            <dd>{plan === undefined ? each.action : each.action.replace('<number>', String(plan.number))}</dd>
            {each.earliest === null ? null : (
              <>
                <dt>Passes</dt>
                <dd>
                  <time dateTime={each.earliest} title={new Date(each.earliest).toLocaleString()}>
                    {until(Date.parse(each.earliest), now)}
                  </time>
                </dd>
              </>
            )}
          </dl>
          <Aside plan={plan} obstacle={each} />
        </li>
      ))}
    </ul>
  );
}

function Aside(props: { readonly plan: Plan | undefined; readonly obstacle: Obstacle }) {
  const subject = exemptibleOf(props.obstacle);
  return props.plan === undefined || subject === null ? null : <SetAside plan={props.plan} subject={subject} />;
}

/** The line that says when it could begin if nobody did anything. */
export function EarliestLine(props: { readonly standing: Standing }) {
  const now = useNow();
  return <p className="soft earliest">{earliestWords(props.standing, now)}</p>;
}

/** What people said of a plan. */
export function Voices(props: { readonly voices: readonly Voice[] }) {
  if (props.voices.length === 0) return null;
  return (
    <ul className="voices" aria-label="Approvals">
      {props.voices.map((each) => (
        <li key={each.key} className={each.counts ? undefined : 'soft'}>
          <span aria-hidden>{each.counts ? '✓' : '–'}</span>
          <span>
            <strong>{each.by}</strong> {each.words}, <RelativeTime at={each.at} />
            {each.comment === '' ? null : <span className="voice-comment">“{each.comment}”</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
