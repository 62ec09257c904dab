import type { ReleaseColumn } from './release.view-model.ts';

/** How much of a release an environment runs, as a number and as a line. */
export function Share(props: { readonly column: ReleaseColumn }) {
  const { environment, running, total } = props.column;
  return (
    <div className={`share environment-type-${environment.type}`}>
      <span className={running === 0 ? 'soft' : undefined}>
        {running === 0 ? 'none of it' : running === total ? 'all of it' : `${running} of ${total}`}
      </span>
      <span className="share-line" aria-hidden>
        <span style={{ width: `${(running / Math.max(total, 1)) * 100}%` }} />
      </span>
    </div>
  );
}
