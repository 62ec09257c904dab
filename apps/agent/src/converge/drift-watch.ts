import type { DesiredApplication, ReportedApplication } from '@almanac/protocol';
import { NotConnected } from '../artifacts/blobs.ts';
import type { ChangedFile } from '../artifacts/releases.ts';
import { withHolds } from '../local/holds.ts';
import type { SiteContext } from './site-context.ts';

export type Drift = ReportedApplication['drift'];

/** Watches whether somebody changed by hand what was brought to the site. */
export interface DriftWatch {
  /** What is known of an application now. */
  readonly of: (application: string) => Drift;
  /** Looks at the files of everything that should run; gives how many there are. One look follows the other. */
  readonly look: (options: { readonly full: boolean }) => Promise<number>;
  readonly stop: () => void;
}

const mostNamed = 20;

export function createDriftWatch(site: SiteContext, onChange: () => void): DriftWatch {
  const found = new Map<string, { readonly operation: string; readonly drift: NonNullable<Drift> }>();
  const stopping = new AbortController();
  let turn: Promise<number> = Promise.resolve(0);

  const lookAt = async (application: DesiredApplication, full: boolean): Promise<number> => {
    const { id, name } = application.application;
    const { files, changed } = await site.releases.look(application, { full });
    const before = found.get(id);
    if (changed.length === 0) {
      // What was healed stays told until the application is deployed anew: an instance may run what was changed.
      if (before !== undefined && (!before.drift.healed || before.operation !== application.operation))
        found.delete(id);
      return files;
    }
    const heal = site.desired.current()?.drift !== 'show';
    const healed = heal && (await mend(application, changed));
    found.set(id, { operation: application.operation, drift: told({ changed, healed }) });
    if (before?.drift.message !== found.get(id)?.drift.message)
      site.log.warn({ application: name, files: changed.length, healed }, 'files were changed by hand');
    return files;
  };

  const mend = async (application: DesiredApplication, changed: readonly ChangedFile[]): Promise<boolean> => {
    try {
      await site.releases.repair(application, { changed, signal: stopping.signal });
      return (await site.releases.look(application, { full: false })).changed.length === 0;
    } catch (error) {
      if (!(error instanceof NotConnected))
        site.log.error(
          { application: application.application.name, err: error },
          'changed files could not be put back',
        );
      return false;
    }
  };

  const lookAtAll = async (full: boolean): Promise<number> => {
    const orders = site.desired.current()?.applications ?? [];
    const wanted = withHolds(orders, site.journal.state.holds).filter((each) => !each.stageOnly);
    for (const id of found.keys()) if (!wanted.some((each) => each.application.id === id)) found.delete(id);
    let files = 0;
    for (const application of wanted) {
      // What is not here yet is brought by the preparation, and differs from nothing.
      if (stopping.signal.aborted || !site.releases.isReady(application)) continue;
      files += await lookAt(application, full);
    }
    onChange();
    return files;
  };

  return {
    of: (application) => found.get(application)?.drift ?? null,
    look: ({ full }) => {
      turn = turn.catch(() => 0).then(() => lookAtAll(full));
      return turn;
    },
    stop: () => stopping.abort(),
  };
}

function told(input: { readonly changed: readonly ChangedFile[]; readonly healed: boolean }): NonNullable<Drift> {
  const { changed, healed } = input;
  const files = changed.slice(0, mostNamed).map((each) => `${each.module}/${each.name}`);
  const first = changed[0];
  const what =
    changed.length === 1 && first !== undefined
      ? `${first.module}/${first.name} is ${first.how === 'gone' ? 'gone' : 'not what was brought'}`
      : `${changed.length} files are not what was brought, ${files[0]} among them`;
  return {
    message: healed ? `${what}; it was put back, and instances that started meanwhile may run what was changed` : what,
    healed,
    files,
  };
}
