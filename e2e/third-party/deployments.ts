import { type Estate, endOf } from '@almanac/testkit';
import { expect } from 'vitest';

const environments = ['development', 'quality', 'production'] as const;

/** Makes a version of the newest build that succeeded. */
export async function tagNewest(estate: Estate, application: string): Promise<void> {
  const { items } = await estate.client.listBuilds({ params: { application } });
  const build = items.find((each) => each.state === 'succeeded');
  if (build === undefined) throw new Error(`${application} has no build`);
  await estate.client.createVersion({ params: { application }, body: { build: build.id } });
}

/** Promotes what each environment runs to the next one. */
export async function promoteEverywhere(estate: Estate, application: string): Promise<void> {
  for (const [index, environment] of environments.slice(1).entries()) {
    const from = environments[index] ?? 'development';
    await deploy(estate, environment, { application, source: { kind: 'environment', environment: from } });
  }
}

/** Deploys one application to an environment, and expects that it goes well. */
export async function deploy(
  estate: Estate,
  environment: string,
  operation: {
    readonly application: string;
    readonly source: { readonly kind: 'previous' } | { readonly kind: 'environment'; readonly environment: string };
  },
): Promise<void> {
  const { id } = await estate.client.createPlan({
    body: { environment, operations: [{ kind: 'deploy', ...operation }], start: true },
  });
  const ended = await endOf(estate.client, id, 300);
  expect(ended).toMatchObject({ state: 'succeeded', reason: null });
}
