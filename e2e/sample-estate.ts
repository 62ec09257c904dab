import type { Plan } from '@almanac/protocol';
import type { Estate } from '@almanac/testkit';
import { waitUntil } from '@almanac/testkit';

/** Loads the sample and waits until all of it runs in Development. */
export async function loadSample(estate: Estate): Promise<void> {
  await estate.client.loadSample();
  await waitUntil(
    'the sample to run in Development',
    async () => {
      const { rows } = await estate.client.getBoard();
      return rows.length === 3 && rows.every((row) => row.cells.some((cell) => cell.health === 'healthy'));
    },
    90,
  );
}

/** The repository of a sample application. */
export async function repositoryOf(estate: Estate, application: string): Promise<string> {
  return (await estate.client.getApplication({ params: { application } })).repository;
}

/** Waits until a plan ended and gives it. */
export function endOf(estate: Estate, plan: Plan['id'], seconds = 120): Promise<Plan> {
  return waitUntil(
    `plan ${plan} to end`,
    async () => {
      const found = await estate.client.getPlan({ params: { plan } });
      return found.endedAt === null ? undefined : found;
    },
    seconds,
  );
}
