import type { Kysely } from 'kysely';
import { Gauge, type Registry } from 'prom-client';
import type { EventFeed } from '#platform/events';
import type { Feature } from '#platform/feature';
import type { Tables } from '#tables';
import { createEstateIndex, type EstateIndex } from './estate-index.ts';
import { type ChangesOf, impactEndpoints } from './impact.routes.ts';

/** The impact of operations on environments; the index is loaded while the server already answers everything else. */
export function impactFeature(input: {
  readonly feed: EventFeed;
  readonly db: Kysely<Tables>;
  readonly onError: (error: unknown) => void;
  readonly changesOf: ChangesOf;
}): Feature {
  const estate: EstateIndex = createEstateIndex(input);
  return {
    name: 'impact',
    endpoints: impactEndpoints(estate, input.changesOf),
    mount: async () => {
      void estate.load().catch(input.onError);
    },
    measure: (registry) => measure(registry, estate),
  };
}

function measure(registry: Registry, estate: EstateIndex): void {
  const gauge = (name: keyof ReturnType<EstateIndex['measures']>, metric: string, help: string) =>
    new Gauge({
      name: `almanac_impact_index_${metric}`,
      help,
      registers: [registry],
      collect() {
        this.set(estate.measures()[name]);
      },
    });
  gauge('loadSeconds', 'load_seconds', 'how long the last load of the index of references took');
  gauge('loads', 'loads', 'how often the index of references was loaded since the start');
  gauge('applied', 'changes_applied', 'changes of targets that the index of references followed');
}
