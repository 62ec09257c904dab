import { type Estate, type Repository, repositoryAt, waitUntil } from '@almanac/testkit';

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
export async function repositoryOf(estate: Estate, application: string): Promise<Repository> {
  return repositoryAt((await estate.client.getApplication({ params: { application } })).repository);
}

/** Commits another greeting of the storefront, which each of its pages shows. */
export async function commitGreeting(estate: Estate, greeting: string, message: string): Promise<string> {
  const repository = await repositoryOf(estate, 'storefront');
  return repository.edit('almanac.yaml', (text) => text.replace(/(GREETING:\s+default: ).*/, `$1${greeting}`), message);
}
