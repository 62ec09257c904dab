import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Table } from '../../ui/table.tsx';
import { useMay } from '../access/use-may.ts';

export function ApplicationsPage() {
  const navigate = useNavigate();
  const applications = useQuery({
    queryKey: ['applications'],
    queryFn: () => api.listApplications({ query: { limit: 200 } }),
  });
  const mayAdd = useMay('right:create-applications');
  const add = () => void navigate({ to: '/', search: { add: true } });
  return (
    <Page title="Applications" actions={mayAdd ? <Button onClick={add}>Add application</Button> : undefined}>
      <OfflineNote />
      <Read query={applications} skeleton={<SkeletonRows rows={4} columns={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No application yet">
              {mayAdd ? <Button onClick={add}>Add an application</Button> : null}
            </Empty>
          ) : (
            <Table headings={['Application', 'Version', 'Branch', 'Repository', 'Added']}>
              {items.map((each) => (
                <tr key={each.id}>
                  <td>
                    <Link to="/applications/$application" params={{ application: each.name }} search={{}}>
                      {each.displayName}
                    </Link>
                  </td>
                  <td className="version">{each.latestVersion ?? '–'}</td>
                  <td className="mono">{each.branch}</td>
                  <td className="mono">{each.repository}</td>
                  <td>
                    <RelativeTime at={each.createdAt} />
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Read>
    </Page>
  );
}
