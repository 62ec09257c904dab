import { type Client, ProblemError } from '@almanac/client';
import type { Environment, Site } from '@almanac/protocol';

interface LocalEnvironment {
  readonly name: string;
  readonly displayName: string;
  readonly type: Environment['type'];
  readonly follows: boolean;
}

/** The path that every new installation starts with; people change it afterwards as they like. */
const localPath: readonly LocalEnvironment[] = [
  { name: 'development', displayName: 'Development', type: 'development', follows: true },
  { name: 'quality', displayName: 'Quality', type: 'test', follows: false },
  { name: 'production', displayName: 'Production', type: 'production', follows: false },
];

export interface LocalSite {
  readonly name: string;
  /** Present when the site's agent is still to be enrolled. */
  readonly token?: string;
}

/**
 * Makes sure that the three local environments and their sites exist, once: an installation in which somebody
 * removed one of them keeps it removed. Gives the sites that this machine runs.
 */
export async function ensureLocalEstate(input: {
  readonly client: Client;
  readonly enrolled: (site: string) => boolean;
  readonly firstTime: boolean;
}): Promise<readonly LocalSite[]> {
  const { client } = input;
  if (input.firstTime) await createEnvironments(client);
  const sites: LocalSite[] = [];
  for (const { name } of localPath) {
    const site = await findOrCreateSite({ client, name, create: input.firstTime });
    if (site === undefined) continue;
    sites.push(input.enrolled(name) ? { name } : { name, token: site.token ?? (await newToken(client, name)) });
  }
  return sites;
}

async function createEnvironments(client: Client): Promise<void> {
  let previous: string | null = null;
  for (const [order, each] of localPath.entries()) {
    const { name, displayName, type } = each;
    const following = each.follows ? ({ kind: 'application-branch' } as const) : ({ kind: 'none' } as const);
    await unlessTaken(
      client.createEnvironment({ body: { name, displayName, type, order, promotesFrom: previous, following } }),
    );
    previous = name;
  }
}

async function findOrCreateSite(input: {
  readonly client: Client;
  readonly name: string;
  readonly create: boolean;
}): Promise<{ readonly site: Site; readonly token?: string } | undefined> {
  const { client, name } = input;
  try {
    return { site: await client.getSite({ params: { site: name } }) };
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== 'not-found') throw error;
  }
  if (!input.create) return undefined;
  const created = await client.createSite({ body: { name, environment: name } });
  return { site: created.site, token: created.enrolment.token };
}

async function newToken(client: Client, site: string): Promise<string> {
  return (await client.createEnrolmentToken({ params: { site } })).token;
}

async function unlessTaken(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== 'name-taken') throw error;
  }
}
