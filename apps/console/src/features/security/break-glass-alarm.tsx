import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { ErrorNote } from '../../ui/page-states.tsx';
import { useMay } from '../access/use-may.ts';

/** On every page of every administrator, until one of them takes note: the credentials for an emergency were used. */
export function BreakGlassAlarm() {
  const queryClient = useQueryClient();
  const may = useMay('right:manage-users');
  const found = useQuery({
    queryKey: ['break-glass'],
    queryFn: () => api.getBreakGlass(),
    enabled: may,
    refetchInterval: 60_000,
  });
  const acknowledge = useMutation({
    mutationFn: () => api.acknowledgeBreakGlass({ body: {} }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['break-glass'] }),
  });
  const { state, usedAt, usedFrom, acknowledgedBy } = found.data ?? {};
  if (state !== 'used' || acknowledgedBy !== null) return null;
  return (
    <div className="note failed frozen spread" role="alert">
      <span>
        <strong>The credentials for an emergency were used</strong> from {usedFrom} at{' '}
        {new Date(usedAt ?? 0).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}.
        {acknowledge.isError ? <ErrorNote error={acknowledge.error} /> : null}
      </span>
      <Button variant="default" loading={acknowledge.isPending} onClick={() => acknowledge.mutate()}>
        I took note
      </Button>
    </div>
  );
}
