import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import type { RefreshDocuments } from '#features/sites';
import { type CommandContext, command, type Endpoint, read } from '#platform/http';
import { beyondScope } from '#scope';
import { commandRollout, type RolloutRequest } from './command-rollout.ts';
import { readRollout, readRollouts } from './rollout.view.ts';

export function rolloutEndpoints(refreshDocuments: RefreshDocuments): readonly Endpoint[] {
  const ask = (
    context: CommandContext,
    params: { readonly environment: string; readonly application: string },
    request: Omit<RolloutRequest, 'step'> & { readonly step?: number },
  ) => commandRollout(context, { ...params, request: { step: null, ...request }, refreshDocuments });

  return [
    read('listRollouts', async ({ db }, { params }) => {
      const { id } = await findEnvironment(beyondScope(db, 'it may be listed'), params.environment);
      return { items: await readRollouts(db, id) };
    }),
    read('getRollout', async ({ db }, { params }) => {
      const environment = await findEnvironment(db, params.environment);
      const application = await findApplication(db, params.application);
      return readRollout(db, { environment: environment.id, application: application.id });
    }),
    command('promoteRollout', (context, { params, body }) =>
      ask(context, params, { kind: 'promote', operation: undefined, site: undefined, ...body }),
    ),
    command('pauseRollout', (context, { params, body }) =>
      ask(context, params, { kind: 'pause', operation: undefined, site: undefined, ...body }),
    ),
    command('resumeRollout', (context, { params, body }) =>
      ask(context, params, { kind: 'resume', operation: undefined, site: undefined, ...body }),
    ),
    command('abortRollout', (context, { params, body }) =>
      ask(context, params, { kind: 'abort', operation: undefined, site: undefined, ...body }),
    ),
    command('skipRolloutStep', (context, { params, body }) =>
      ask(context, params, { kind: 'skip', operation: undefined, site: undefined, ...body }),
    ),
  ];
}
