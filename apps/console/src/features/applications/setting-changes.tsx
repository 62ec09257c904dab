import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Table } from '../../ui/table.tsx';

const shown = 20;

/** Who set what, the newest first. */
export function SettingChanges(props: { readonly application: string }) {
  const { application } = props;
  const changes = useQuery({
    queryKey: ['settings', application, 'changes'],
    queryFn: () => api.listSettingChanges({ params: { application }, query: { limit: shown } }),
  });
  return (
    <section className="stack-small">
      <h2>Changes</h2>
      <Read query={changes} skeleton={<SkeletonRows rows={3} columns={5} />}>
        {(found) =>
          found.items.length === 0 ? (
            <p className="soft">Nothing was set yet: what the manifest says holds everywhere.</p>
          ) : (
            <Table headings={['When', 'Setting', 'Where', 'Value', 'By']}>
              {found.items.map((each) => (
                <tr key={each.id}>
                  <td>
                    <RelativeTime at={each.changedAt} />
                  </td>
                  <td className="mono">{each.key}</td>
                  <td>
                    {each.environment.name}
                    {each.selector === null ? null : (
                      <span className="soft">
                        {' '}
                        {each.level} <span className="mono">{each.selector}</span>
                      </span>
                    )}
                  </td>
                  <td className="mono">{each.removed ? 'removed' : (each.value ?? `secret ${each.fingerprint}`)}</td>
                  <td>{each.changedBy}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Read>
    </section>
  );
}
