import { type Operation, type Plan, strategyWords } from '@almanac/protocol';
import { Link } from '@tanstack/react-router';
import { took } from '../../ui/ago.ts';
import { StateOf } from '../../ui/state-mark.tsx';
import { Change } from '../../ui/version-chip.tsx';
import { RolloutPanel } from '../rollouts/rollout-panel.tsx';
import { progressWords, wavesOf, waveTitle } from './plan.view-model.ts';
import { Rings } from './rings.tsx';

/** The operations of a plan in their order, with the progress of each on each site. */
export function PlanTimeline(props: { readonly plan: Plan }) {
  const waves = wavesOf(props.plan);
  return (
    <div className="waves">
      <h2>
        What it does <span className="soft">({progressWords(props.plan)})</span>
      </h2>
      {waves.map(({ wave, operations }, index) => (
        <section key={wave} className="wave" aria-label={waveTitle({ index, count: waves.length })}>
          <div className="wave-head">{waveTitle({ index, count: waves.length })}</div>
          {operations.map((operation) => (
            <OperationRow key={operation.id} plan={props.plan} operation={operation} />
          ))}
        </section>
      ))}
    </div>
  );
}

function OperationRow(props: { readonly plan: Plan; readonly operation: Operation }) {
  const { plan, operation } = props;
  const environment = plan.environment.name;
  return (
    <div className="operation">
      <div className="operation-line">
        <StateOf state={operation.state} />
        <Link to="/applications/$application" params={{ application: operation.application.name }} search={{}}>
          <strong>{operation.application.name}</strong>
        </Link>
        {operation.kind === 'configure' ? (
          <span>gets its changed settings</span>
        ) : (
          <Change before={operation.before} after={operation.after} />
        )}
        <span className="soft mono">{took({ from: operation.startedAt, to: operation.endedAt, now: Date.now() })}</span>
      </div>
      {operation.rollout === null ? null : (
        <div className="soft">Takes over this time by {strategyWords(operation.rollout)}</div>
      )}
      {operation.message === null ? null : (
        <div className={`note ${operation.state === 'failed' ? 'failed' : 'warning'}`}>{operation.message}</div>
      )}
      {operation.rings.length === 0 ? null : <Rings plan={plan} operation={operation} />}
      {showsSites(operation) ? (
        <ul className="operation-sites">
          {operation.sites.map((each) => (
            <li key={each.site.id}>
              {each.site.name}: {each.phase}
              {each.message === null || each.phase === 'stepping' ? '' : `, ${each.message}`}
            </li>
          ))}
        </ul>
      ) : null}
      {operation.siteOperation === null || operation.startedAt === null ? null : (
        <RolloutPanel
          environment={environment}
          application={operation.application.name}
          operation={operation.siteOperation}
        />
      )}
    </div>
  );
}

const moving = new Set<Operation['state']>(['pending', 'running', 'returning']);

/** Where there are rings, their counts say it for all sites. */
function showsSites(operation: Operation): boolean {
  return moving.has(operation.state) && operation.rings.length === 0;
}
