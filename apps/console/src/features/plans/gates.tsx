import type { Obstacle, Standing } from '@almanac/protocol';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useNow } from '../../ui/use-now.ts';
import { earliestWords, obstacleHealth, obstacleTitle, until, type Voice } from './standing.view-model.ts';

/** What stands in the way: who can do something about it, what they would do, and when it passes by itself. */
export function Obstacles(props: {
  readonly obstacles: readonly Obstacle[];
  /** Of the plan that they stand before, for the commands that name it. */
  readonly plan?: number;
}) {
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
            <dd>{props.plan === undefined ? each.action : each.action.replace('<number>', String(props.plan))}</dd>
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
        </li>
      ))}
    </ul>
  );
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
