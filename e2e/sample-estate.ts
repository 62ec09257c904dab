import { type Estate, type Repository, repositoryAt } from '@almanac/testkit';

/** The repository of a sample application. */
export async function repositoryOf(estate: Estate, application: string): Promise<Repository> {
  return repositoryAt((await estate.client.getApplication({ params: { application } })).repository);
}

/** Commits another greeting of the storefront, which each of its pages shows. */
export async function commitGreeting(estate: Estate, greeting: string, message: string): Promise<string> {
  const repository = await repositoryOf(estate, 'storefront');
  return repository.edit('almanac.yaml', (text) => text.replace(/(GREETING:\s+default: ).*/, `$1${greeting}`), message);
}
