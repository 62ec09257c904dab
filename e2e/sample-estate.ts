import type { Client } from '@almanac/client';
import { type Estate, type Repository, repositoryAt, waitUntil } from '@almanac/testkit';

type Plan = Awaited<ReturnType<Client['getPlan']>>;

/** The repository of a sample application. */
export async function repositoryOf(estate: Estate, application: string): Promise<Repository> {
  return repositoryAt((await estate.client.getApplication({ params: { application } })).repository);
}

/** Commits another greeting of the storefront, which each of its pages shows. */
export async function commitGreeting(estate: Estate, greeting: string, message: string): Promise<string> {
  const repository = await repositoryOf(estate, 'storefront');
  return repository.edit('almanac.yaml', (text) => text.replace(/(GREETING:\s+default: ).*/, `$1${greeting}`), message);
}

/** The plan for Development of a commit that its branch brought: a draft where something prevents its start. */
export function planFor(estate: Estate, input: { readonly application: string; readonly commit: string }) {
  return waitUntil(`the plan of ${input.application} for Development`, async () => {
    const { application } = input;
    const { items } = await estate.client.listPlans({ query: { environment: 'development', application } });
    return items.find((each) => each.operations[0]?.after?.commit === input.commit);
  });
}

/** Lets a draft through although it breaks others: what prevents it is set aside, with a reason, and it is started. */
export async function letThrough(estate: Estate, draft: Plan): Promise<void> {
  const against = new Map(
    draft.findings
      .filter((each) => each.severity === 'error')
      .map(({ code, application }) => [`${code} ${application}`, { kind: 'finding', code, application } as const]),
  );
  for (const subject of against.values())
    await estate.client.exemptPlan({
      params: { plan: draft.id },
      body: { subject, reason: 'whoever consumes it follows at once' },
    });
  await estate.client.startPlan({ params: { plan: draft.id }, body: {} });
}
