import type { Health } from '@almanac/protocol';
import { healthForms, healthOf } from './health.ts';

/** A state as mark and colour, with its word: shown, or for screen readers where the mark alone is drawn. */
export function StateMark(props: { readonly health: Health; readonly word?: string; readonly showWord?: boolean }) {
  const form = healthForms[props.health];
  const word = props.word ?? form.word;
  return (
    <span className="row" style={{ gap: 6, display: 'inline-flex' }}>
      <span className={`mark mark-${props.health}`} aria-hidden title={word}>
        <span className="mark-glyph">{form.mark}</span>
      </span>
      <span className={props.showWord === true ? undefined : 'visually-hidden'}>{word}</span>
    </span>
  );
}

/** The mark and the word of a build, plan, operation, site or instance. */
export function StateOf(props: { readonly state: string }) {
  return <StateMark health={healthOf(props.state)} word={props.state.replaceAll('-', ' ')} showWord />;
}
