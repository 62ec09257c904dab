import type { HistoryEntry } from '@almanac/protocol';
import { Link } from '@tanstack/react-router';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Table } from '../../ui/table.tsx';
import { Change } from '../../ui/version-chip.tsx';

const health = {
  deployed: 'healthy',
  configured: 'healthy',
  removed: 'offline',
  failed: 'failed',
  returned: 'warning',
} as const;

export function HistoryTable(props: { readonly entries: readonly HistoryEntry[] }) {
  return (
    <Table headings={['When', 'Environment', 'Application', 'What', 'Change', 'By', 'Plan']}>
      {props.entries.map((each) => (
        <tr key={each.id}>
          <td>
            <RelativeTime at={each.at} />
          </td>
          <td>
            <Link
              to="/environments/$environment"
              params={{ environment: each.environment.name }}
              search={{ tab: 'history', at: each.at }}
            >
              {each.environment.name}
            </Link>
          </td>
          <td>
            <Link to="/applications/$application" params={{ application: each.application.name }} search={{}}>
              {each.application.name}
            </Link>
          </td>
          <td>
            <StateMark health={health[each.kind]} word={each.kind} showWord />
            {each.detail === null ? null : <div className="soft">{each.detail}</div>}
          </td>
          <td>
            <Change before={each.before} after={each.after} />
          </td>
          <td>{each.by}</td>
          <td>
            <Link to="/plans/$plan" params={{ plan: String(each.plan.number) }}>
              {each.plan.number}
            </Link>
          </td>
        </tr>
      ))}
    </Table>
  );
}
