import { type AuditCategory, auditCategories } from '@almanac/domain';
import { Button, Select, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, OfflineNote, Read, SkeletonRows } from '../../ui/page-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Table } from '../../ui/table.tsx';
import { SecurityTabs } from '../security/security-tabs.tsx';

/** Who did what, newest first; what is looked for stands in the address. */
export function AuditPage() {
  const filter = useSearch({ from: '/signed-in/audit' });
  const entries = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) =>
      api.listAudit({ query: { limit: 50, ...filter, ...(pageParam === '' ? {} : { cursor: pageParam }) } }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  const readable = entries.data?.pages[0]?.readable ?? 'all';
  return (
    <Page title="Audit" under="Who did what, newest first: a signed chain that nobody changes unseen">
      <OfflineNote />
      <SecurityTabs active="/audit" />
      <div className="stack">
        <Filter key={JSON.stringify(filter)} readable={readable} />
        {readable === 'all' ? null : (
          <p className="soft" style={{ margin: 0 }}>
            You may read of the audit: {readable.join(', ')}.
          </p>
        )}
        <Read query={entries} skeleton={<SkeletonRows rows={8} columns={5} />}>
          {({ pages }) => {
            const items = pages.flatMap((each) => each.items);
            if (items.length === 0) return <Empty title="Nothing was found" />;
            return (
              <Table headings={['Number', 'When', 'Who', 'What', 'Which', 'Detail']}>
                {items.map((each) => (
                  <tr key={`${each.at} ${each.sequence} ${each.subject} ${each.action}`}>
                    <td className="mono">{each.sequence ?? '…'}</td>
                    <td>
                      <RelativeTime at={each.at} />
                    </td>
                    <td>{each.actor}</td>
                    <td>{each.action}</td>
                    <td className="mono break" style={{ minWidth: 160 }}>
                      {each.subject}
                    </td>
                    <td className="mono soft break" style={{ minWidth: 220 }}>
                      {detailOf(each.detail)}
                    </td>
                  </tr>
                ))}
              </Table>
            );
          }}
        </Read>
        {entries.hasNextPage ? (
          <div className="row">
            <Button variant="default" loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
              Show earlier entries
            </Button>
          </div>
        ) : null}
        <h2>Verify and keep</h2>
        <CommandLine command="almanac audit verify --against checkpoints.jsonl" />
        <CommandLine command="almanac audit export audit.csv --format csv" />
      </div>
    </Page>
  );
}

function detailOf(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

function Filter({ readable }: { readonly readable: 'all' | readonly AuditCategory[] }) {
  const filter = useSearch({ from: '/signed-in/audit' });
  const navigate = useNavigate();
  const [given, setGiven] = useState({
    actor: filter.actor ?? '',
    action: filter.action ?? '',
    category: filter.category ?? '',
    subject: filter.subject ?? '',
  });
  return (
    <Form
      className="row"
      style={{ alignItems: 'flex-end', flexWrap: 'wrap' }}
      onSubmit={() => {
        const chosen = Object.fromEntries(Object.entries(given).filter(([, text]) => text.trim() !== ''));
        void navigate({ to: '/audit', search: chosen });
      }}
    >
      <TextInput
        label="Who"
        value={given.actor}
        onChange={(event) => setGiven({ ...given, actor: event.currentTarget.value })}
      />
      <TextInput
        label="What"
        placeholder="plan-started"
        value={given.action}
        onChange={(event) => setGiven({ ...given, action: event.currentTarget.value })}
      />
      <Select
        label="About"
        placeholder="everything"
        clearable
        data={[...(readable === 'all' ? auditCategories : readable)]}
        value={given.category === '' ? null : given.category}
        onChange={(category) => setGiven({ ...given, category: category ?? '' })}
      />
      <TextInput
        label="Which"
        placeholder="plan:12"
        value={given.subject}
        onChange={(event) => setGiven({ ...given, subject: event.currentTarget.value })}
      />
      <Button type="submit" size="sm">
        Look
      </Button>
    </Form>
  );
}
