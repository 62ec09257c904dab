import '../../styles/compose.css';
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { api } from '../../api.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorNote, OfflineNote, SkeletonRows } from '../../ui/page-states.tsx';
import { Composer } from './composer.tsx';

/** Composes a plan: two environments side by side, a choice for each application, and the impact beside it. */
export function ComposePage() {
  const board = useInfiniteQuery({
    queryKey: ['board', 'compose'],
    queryFn: ({ pageParam, signal }) =>
      api.getBoard({ query: { limit: 200, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  const environments = board.data?.pages[0]?.environments;
  const rows = useMemo(() => board.data?.pages.flatMap((page) => page.rows) ?? [], [board.data]);
  return (
    <Page title="Compose a plan" under="Choose what becomes of each application; the impact appears as you choose.">
      <OfflineNote />
      {environments === undefined ? (
        board.isError ? (
          <ErrorNote error={board.error} retry={() => void board.refetch()} />
        ) : (
          <SkeletonRows rows={6} columns={5} />
        )
      ) : rows.length === 0 ? (
        <Empty title="There is no application yet">
          <Link to="/" search={{ add: true }}>
            Add an application
          </Link>
        </Empty>
      ) : (
        <Composer environments={environments} rows={rows}>
          {board.hasNextPage ? (
            <div>
              <Button variant="default" loading={board.isFetchingNextPage} onClick={() => void board.fetchNextPage()}>
                Show more applications
              </Button>
            </div>
          ) : null}
        </Composer>
      )}
    </Page>
  );
}
