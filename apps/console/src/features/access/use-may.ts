import type { Capability, Right } from '@almanac/domain';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';

/**
 * Whether whoever is signed in may do something at all; false until that is known. What a page hides by it the server
 * refuses all the same.
 */
export function useMay(permission: `right:${Right}` | `capability:${Capability}`): boolean {
  const me = useQuery({ queryKey: ['me'], queryFn: () => api.getMe(), staleTime: 60_000 });
  const held = [
    ...(me.data?.may.rights ?? []).map((each) => `right:${each}`),
    ...(me.data?.may.capabilities ?? []).map((each) => `capability:${each}`),
  ];
  return held.includes(permission);
}
