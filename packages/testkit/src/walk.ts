import type { Client } from '@almanac/client';
import { waitUntil } from './wait-until.ts';

type Plan = Awaited<ReturnType<Client['getPlan']>>;

/** Adds the application of a repository and waits until its first build runs in Development. */
export async function addApplication(client: Client, repository: string, seconds = 120): Promise<string> {
  const { id } = await client.createInspection({ body: { repository } });
  const found = await waitUntil('the inspection to end', async () => {
    const inspection = await client.getInspection({ params: { inspection: id } });
    return (inspection.state === 'succeeded' || inspection.state === 'failed') && inspection;
  });
  if (found.fault !== null) throw new Error(found.fault.detail);
  const { name } = await client.createApplication({ body: { inspection: found.id } });
  await whenRunning(client, { application: name, commit: found.commit?.hash ?? '', seconds });
  return name;
}

/** Waits until a commit runs well in Development; ends at once with the reason when its build fails. */
export async function whenRunning(
  client: Client,
  input: { readonly application: string; readonly commit: string; readonly seconds?: number },
): Promise<void> {
  let fault: string | undefined;
  await waitUntil(
    `${input.application} at ${input.commit.slice(0, 8)} to run in Development`,
    async () => {
      const { items } = await client.listBuilds({ params: { application: input.application } });
      const build = items.find((each) => each.commit === input.commit);
      fault = build?.fault?.detail;
      if (fault !== undefined) return true;
      const { environments, rows } = await client.getBoard({ query: { search: input.application } });
      const development = environments.find((each) => each.name === 'development')?.id;
      const cell = rows
        .find((row) => row.application.name === input.application)
        ?.cells.find((each) => each.environment === development);
      return cell?.build.commit === input.commit && cell.health === 'healthy' && cell.plan === null;
    },
    input.seconds ?? 120,
  );
  if (fault !== undefined) throw new Error(`the build of ${input.application} failed: ${fault}`);
}

/** Loads the sample and waits until all of it runs in Development. */
export async function loadSample(client: Client, seconds = 90): Promise<void> {
  await client.loadSample();
  await waitUntil(
    'the sample to run in Development',
    async () => {
      const { rows } = await client.getBoard();
      return rows.length === 3 && rows.every((row) => row.cells.some((cell) => cell.health === 'healthy'));
    },
    seconds,
  );
}

/** Waits until a plan ended and gives it. */
export function endOf(client: Client, plan: Plan['id'], seconds = 120): Promise<Plan> {
  return waitUntil(
    `plan ${plan} to end`,
    async () => {
      const found = await client.getPlan({ params: { plan } });
      return found.endedAt === null ? undefined : found;
    },
    seconds,
  );
}
