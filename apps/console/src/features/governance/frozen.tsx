import { scopeWords } from '@almanac/domain';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';

/** What is frozen at this moment, with who says so and until when: on every page, because it concerns whoever acts. */
export function Frozen() {
  const freezes = useQuery({
    queryKey: ['governance', 'freezes'],
    queryFn: () => api.listFreezes({ query: { limit: 50 } }),
    refetchInterval: 60_000,
  });
  const holding = (freezes.data?.items ?? []).filter((each) => each.holds);
  return holding.map((each) => (
    <div key={each.id} className="note warning frozen" role="status">
      <strong>
        {scopeWords(each.scope)}: frozen{' '}
        {each.until === null ? 'until somebody lifts it' : `until ${momentWords(each.until)}`}
      </strong>{' '}
      by {each.createdBy} ({each.name}): {each.reason}
    </div>
  ));
}

export function momentWords(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
