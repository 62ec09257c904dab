import type { Application } from '@almanac/protocol';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { Empty, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { VersionChip } from '../../ui/version-chip.tsx';
import { cellAt, questionsAt } from '../estate/board.view-model.ts';
import { HistoryTable } from '../history/history-table.tsx';
import { WhyPanel } from '../plans/why-panel.tsx';

/** What runs where, and what changed there last. */
export function EnvironmentsTab(props: { readonly application: Application }) {
  const { name } = props.application;
  const board = useQuery({ queryKey: ['board', 'of', name], queryFn: () => api.getBoard({ query: { search: name } }) });
  const history = useQuery({
    queryKey: ['history', 'of', name],
    queryFn: () => api.listHistory({ query: { application: name, limit: 30 } }),
  });
  return (
    <div className="stack">
      <Read query={board} skeleton={<SkeletonRows rows={3} columns={4} />}>
        {({ environments, rows }) => {
          const row = rows.find((each) => each.application.name === name);
          const open =
            row === undefined
              ? []
              : environments.flatMap((environment) =>
                  questionsAt({ row, environment, environments }).filter(
                    (each) => each.environment.id === environment.id,
                  ),
                );
          return (
            <>
              <div className="table-scroll">
                <table className="table">
                  <tbody>
                    {environments.map((environment) => {
                      const cell = row === undefined ? undefined : cellAt(row, environment);
                      return (
                        <tr key={environment.id}>
                          <td>
                            <EnvironmentTag environment={environment} />
                          </td>
                          {cell === undefined ? (
                            <td colSpan={3} className="soft">
                              not here
                            </td>
                          ) : (
                            <>
                              <td>
                                <StateMark health={cell.health} showWord />
                              </td>
                              <td>
                                <Link to="/" search={{ cell: `${name}@${environment.name}` }}>
                                  <VersionChip label={cell.build.label} />
                                </Link>
                              </td>
                              <td>
                                since <RelativeTime at={cell.since} />
                              </td>
                            </>
                          )}
                        </tr>
                      );
                    })}
                  </tbody>
                </table>
              </div>
              {open.map(({ build, environment }) => (
                <WhyPanel key={environment.id} application={name} build={build} environment={environment} />
              ))}
            </>
          );
        }}
      </Read>
      <h2>History</h2>
      <Read query={history} skeleton={<SkeletonRows rows={4} columns={5} />}>
        {({ items }) =>
          items.length === 0 ? <Empty title="It was deployed nowhere yet" /> : <HistoryTable entries={items} />
        }
      </Read>
    </div>
  );
}
