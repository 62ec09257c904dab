import { createMask, type Mask, Secret } from '@almanac/host';
import type { DesiredApplication } from '@almanac/protocol';
import type { SiteContext } from './site-context.ts';

/** What an application is given and nobody else: secrets that were sealed to this site, and addresses of its databases. */
export async function giveSecrets(
  site: Pick<SiteContext, 'identity' | 'databases'>,
  application: DesiredApplication,
): Promise<{
  readonly secrets: Readonly<Record<string, string>>;
  readonly connections: Readonly<Record<string, string>>;
}> {
  const secrets = Object.fromEntries(
    Object.entries(application.sealed).map(([key, sealed]) => [key, site.identity.open(sealed)]),
  );
  const connections: Record<string, string> = {};
  for (const [name, connection] of Object.entries(application.connections)) {
    // Somebody gave its address, which came among the secrets.
    if (secrets[name] !== undefined) continue;
    const place = connection.scope === 'environment' ? site.identity.environment.name : site.identity.site.name;
    connections[name] = await site.databases.provision({
      place,
      application: application.application,
      connection: name,
    });
  }
  return { secrets, connections };
}

/** Blackens what an application was given, by any of the operations that it may still run: it may print it. */
export async function maskOf(
  site: Pick<SiteContext, 'identity' | 'databases' | 'journal' | 'desired'>,
  name: string,
): Promise<Mask> {
  const records = Object.values(site.journal.state.applications).filter((each) => each.name === name);
  const desired = site.desired.current()?.applications.filter((each) => each.application.name === name) ?? [];
  const texts = new Set<string>();
  for (const application of [...records.flatMap((each) => Object.values(each.specs)), ...desired]) {
    const { secrets, connections } = await giveSecrets(site, application);
    for (const text of [...Object.values(secrets), ...Object.values(connections)])
      for (const each of [text, ...passwordIn(text)]) texts.add(each);
  }
  return createMask([...texts].map((text) => new Secret(text)));
}

/** The password of an address: it is a secret by itself, as it stands there and as it is meant. */
function passwordIn(text: string): readonly string[] {
  const password = URL.parse(text)?.password ?? '';
  if (password === '') return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
