import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, SkeletonRows } from '../../ui/page-states.tsx';
import { HistoryTable } from './history-table.tsx';

export function HistoryPage() {
  const filter = useSearch({ from: '/signed-in/history' });
  const history = useInfiniteQuery({
    queryKey: ['history', filter],
    queryFn: ({ pageParam }) =>
      api.listHistory({ query: { ...filter, ...(pageParam === '' ? {} : { cursor: pageParam }) } }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  const entries = history.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title="History" under="What changed in environments, newest first">
      <OfflineNote />
      {history.isError ? <ErrorNote error={history.error} retry={() => void history.refetch()} /> : null}
      {history.isPending ? (
        <SkeletonRows rows={6} columns={6} />
      ) : entries.length === 0 ? (
        <Empty title="Nothing was deployed yet" />
      ) : (
        <HistoryTable entries={entries} />
      )}
      {history.hasNextPage ? (
        <p>
          <Button variant="default" loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
            Show earlier changes
          </Button>
        </p>
      ) : null}
    </Page>
  );
}
