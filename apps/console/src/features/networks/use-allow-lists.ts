import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';

/** The allow lists that are in force; read again by itself, as those on trial end by themselves. */
export function useAllowLists(enabled = true) {
  return useQuery({
    queryKey: ['allow-lists'],
    queryFn: () => api.getAllowLists(),
    enabled,
    refetchInterval: 60_000,
  });
}
