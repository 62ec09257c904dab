import type { SiteContext } from '../converge/site-context.ts';
import { actLocally } from './holds.ts';
import { createLocalAccess, localTokenFile, openLocalToken } from './local-access.ts';
import { type LocalConsole, type LocalSite, startLocalConsole } from './local-server.ts';

/** The console of a site; without one the site runs all the same. */
export async function openLocalConsole(input: {
  readonly site: SiteContext;
  readonly port: number;
  readonly wake: () => void;
  readonly readLog: LocalSite['readLog'];
  readonly view: LocalSite['view'];
}): Promise<LocalConsole | undefined> {
  const { site, port, readLog, view } = input;
  try {
    const local = await startLocalConsole({
      directory: site.directory,
      port,
      log: site.log,
      access: createLocalAccess({
        siteToken: await openLocalToken(site.directory),
        principals: () => site.desired.current()?.access ?? [],
        now: Date.now,
      }),
      site: {
        view,
        readLog,
        act: async (request) => {
          actLocally(site.journal.state, request, new Date());
          await site.journal.save();
          site.log.warn(
            { application: request.application, by: request.by },
            `somebody at the site asks to ${request.action}`,
          );
          input.wake();
        },
      },
    });
    site.log.info({ url: local.url, token: localTokenFile(site.directory) }, 'the console of the site answers');
    return local;
  } catch (error) {
    site.log.error({ port, err: error }, 'the console of the site cannot be served; applications run on');
    return undefined;
  }
}
