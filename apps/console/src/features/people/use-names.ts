import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Roles to choose from. */
export function useRoles(): readonly Choice[] {
  const roles = useQuery({ queryKey: ['roles'], queryFn: () => api.listRoles({ query: { limit: 200 } }) });
  return (roles.data?.items ?? []).map((each) => ({ value: each.name, label: each.displayName }));
}

/** Teams to choose from. */
export function useTeams(): readonly Choice[] {
  const teams = useQuery({ queryKey: ['teams'], queryFn: () => api.listTeams({ query: { limit: 200 } }) });
  return (teams.data?.items ?? []).map((each) => ({ value: each.name, label: each.displayName }));
}

/** People and service accounts to choose from. */
export function usePrincipals(): readonly Choice[] {
  const found = useQuery({ queryKey: ['principals'], queryFn: () => api.listPrincipals({ query: { limit: 200 } }) });
  return (found.data?.items ?? [])
    .filter((each) => each.kind !== 'builder')
    .map((each) => ({ value: each.name, label: each.displayName }));
}

export function useApplications(): readonly Choice[] {
  const found = useQuery({
    queryKey: ['applications'],
    queryFn: () => api.listApplications({ query: { limit: 200 } }),
  });
  return (found.data?.items ?? []).map((each) => ({ value: each.name, label: each.displayName }));
}

export function useEnvironments(): readonly Choice[] {
  const found = useQuery({
    queryKey: ['environments'],
    queryFn: () => api.listEnvironments({ query: { limit: 100 } }),
  });
  return (found.data?.items ?? []).map((each) => ({ value: each.name, label: each.displayName }));
}
