import { dirname, join } from 'node:path';
import type { DesiredApplication, DesiredModule } from '@almanac/protocol';
import { instanceEnvironment } from '../runtimes/instance-environment.ts';
import { limitsOf } from '../runtimes/resource-limits.ts';
import { giveSecrets } from './given-secrets.ts';
import type { SiteContext } from './site-context.ts';

/** Environment and folder for an instance or step of a module; secrets are opened and databases made here. */
export async function launchSettings(
  site: SiteContext,
  input: {
    readonly application: DesiredApplication;
    readonly module: DesiredModule;
    readonly port: number | null;
    readonly home: string;
  },
) {
  const { application, module } = input;
  const { state } = site.journal;
  const record = state.applications[application.application.id];
  const own = record?.ports[module.name];
  const contracts: Record<string, string> = {};
  for (const contract of module.consumes) {
    const url = contractUrl(site, contract);
    if (url !== undefined) contracts[contract] = url;
  }
  const { secrets, connections } = await giveSecrets(site, application);
  const directory = site.releases.directoryOf(application.application.id, module);
  const environment = instanceEnvironment({
    site: site.identity.site.name,
    environment: site.identity.environment.name,
    application,
    module,
    port: input.port,
    ownUrl: own === undefined ? null : `http://127.0.0.1:${own}`,
    contracts,
    secrets,
    connections,
    home: input.home,
    programs: site.files.programs ?? dirname(process.execPath),
  });
  return {
    environment,
    directory,
    account: await site.files.accountOf(application.application.id),
    limits: limitsOf(module),
    outputFile: join(site.directory, 'logs', `${application.application.name}.${module.name}.log`),
  };
}

/** A contract resolves, on each site, to the module that provides it; its port stays while versions change. */
function contractUrl(site: SiteContext, contract: string): string | undefined {
  for (const application of site.desired.current()?.applications ?? []) {
    const module = application.modules.find((each) => each.provides.includes(contract));
    const port =
      module === undefined
        ? undefined
        : site.journal.state.applications[application.application.id]?.ports[module.name];
    if (port !== undefined) return `http://127.0.0.1:${port}`;
  }
  return undefined;
}
