import type { BoardRow, Environment } from '@almanac/protocol';
import { Button, Drawer } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { CommandLine } from '../../ui/command-line.tsx';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { VersionChip } from '../../ui/version-chip.tsx';
import { StartHotfix } from '../hotfixes/start-hotfix.tsx';
import { WhyPanel } from '../plans/why-panel.tsx';
import { actionsAt, type CellAction, cellAt, questionsAt } from './board.view-model.ts';
import { PlanDialog } from './plan-dialog.tsx';

/** Why a cell is as it is, and what can be done from here. */
export function CellDrawer(props: {
  readonly row: BoardRow;
  readonly environment: Environment;
  readonly environments: readonly Environment[];
  readonly onClose: () => void;
}) {
  const { row, environment } = props;
  const cell = cellAt(row, environment);
  const actions = actionsAt(props);
  const [chosen, setChosen] = useState<CellAction | null>(null);
  return (
    <Drawer
      opened
      onClose={props.onClose}
      position="right"
      size="md"
      title={`${row.application.displayName} in ${environment.displayName}`}
    >
      <div className="stack">
        <EnvironmentTag environment={environment} />
        {cell === undefined ? (
          <p className="soft">{row.application.displayName} does not run here.</p>
        ) : (
          <CellFacts row={row} environment={environment} />
        )}
        {questionsAt(props).map(({ build, environment: next }) => (
          <WhyPanel key={next.id} application={row.application.name} build={build} environment={next} />
        ))}
        {actions.length === 0 ? null : <h2>What you can do</h2>}
        {actions.map((action) => (
          <div key={action.label} className="stack-small">
            <div>
              <Button
                variant={action.kind === 'roll-back' || action.kind === 'deploy-latest' ? 'default' : 'filled'}
                onClick={() => setChosen(action)}
              >
                {action.label}
              </Button>
            </div>
            <CommandLine command={action.command} />
          </div>
        ))}
        {cell === undefined || environment.promotesFrom === null ? null : (
          <StartHotfix application={row.application.name} environment={environment.name} label={cell.build.label} />
        )}
        <Link to="/plans/compose" search={{ to: environment.name, all: true, filter: row.application.name }}>
          Compose a plan for {environment.displayName} with {row.application.displayName}
        </Link>
        <Link to="/applications/$application" params={{ application: row.application.name }} search={{}}>
          Everything about {row.application.displayName}
        </Link>
      </div>
      {chosen === null ? null : (
        <PlanDialog
          application={row.application.name}
          action={chosen}
          from={environment}
          onClose={() => setChosen(null)}
        />
      )}
    </Drawer>
  );
}

/** What runs in the cell, how it is, and since when. */
function CellFacts(props: { readonly row: BoardRow; readonly environment: Environment }) {
  const cell = cellAt(props.row, props.environment);
  if (cell === undefined) return null;
  return (
    <div className="stack-small">
      <div className="row">
        <StateMark health={cell.health} showWord />
        <VersionChip label={cell.build.label} />
      </div>
      {cell.message === null ? null : (
        <div className={`note ${cell.health === 'failed' ? 'failed' : 'warning'}`}>{cell.message}</div>
      )}
      <dl className="facts">
        <dt>Since</dt>
        <dd>
          <RelativeTime at={cell.since} />
        </dd>
        <dt>Commit</dt>
        <dd className="mono">{cell.build.commit.slice(0, 8)}</dd>
        <dt>Sites</dt>
        <dd>
          {cell.sites.converged} of {cell.sites.total} as wanted
          {cell.sites.offline === 0 ? '' : `, ${cell.sites.offline} offline`}
        </dd>
        {cell.plan === null ? null : (
          <>
            <dt>Changing</dt>
            <dd>
              <Link to="/plans/$plan" params={{ plan: String(cell.plan.number) }}>
                plan {cell.plan.number}
              </Link>
            </dd>
          </>
        )}
        {cell.address === null ? null : (
          <>
            <dt>Answers at</dt>
            <dd>
              <a href={cell.address} target="_blank" rel="noreferrer">
                {cell.address}
              </a>
            </dd>
          </>
        )}
      </dl>
      {cell.drift === null ? null : <div className="note warning">{cell.drift}</div>}
      {cell.hotfixes.map((each) => (
        <div key={each.number} className={`note ${each.presence === 'contained' ? '' : 'warning'}`}>
          {each.presence === 'contained'
            ? `Has hotfix ${each.number} (${each.branch}), which earlier environments do not all have.`
            : `Lacks hotfix ${each.number} (${each.branch}) of ${each.environment.name}.`}
        </div>
      ))}
      {cell.settingsChanged ? <div className="note waiting">Settings changed since they were applied.</div> : null}
    </div>
  );
}
