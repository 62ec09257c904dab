import { authorize, type Permission } from '@almanac/domain';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';

/**
 * Whether whoever is signed in may do something, decided as the server decides it; false until that is known. What a
 * page hides by it the server refuses all the same.
 */
export function useMay(permission: Permission): boolean {
  const me = useQuery({ queryKey: ['me'], queryFn: () => api.getMe(), staleTime: 60_000 });
  return me.data !== undefined && authorize({ ...me.data, kind: 'principal' }, permission).allowed;
}
