import type { BuildReference } from '@almanac/protocol';

/** What people call a build: the number a person chose, and how many commits it is past it. */
export function VersionChip(props: { readonly label: string }) {
  const [number = '', past] = props.label.split('+');
  return (
    <span className="version">
      {number}
      {past === undefined ? null : <span className="version-past">+{past}</span>}
    </span>
  );
}

/** From one build to another. */
export function Change(props: { readonly before: BuildReference | null; readonly after: BuildReference | null }) {
  return (
    <span className="row" style={{ gap: 6, display: 'inline-flex' }}>
      {props.before === null ? <span className="soft">nothing</span> : <VersionChip label={props.before.label} />}
      <span className="arrow" aria-hidden>
        →
      </span>
      {props.after === null ? <span className="soft">nothing</span> : <VersionChip label={props.after.label} />}
    </span>
  );
}
