import { refuse } from '@almanac/domain';
import { refuseForeignPage } from '#features/access';
import { direct, type Endpoint, read } from '#platform/http';
import { beginSignIn } from './begin-sign-in.ts';
import { completeSignIn } from './complete-sign-in.ts';
import { versionInForce } from './find-provider.ts';
import { type ProviderTools, protocolOf } from './provider-tools.ts';
import { signInByForm } from './sign-in-by-form.ts';

/** What somebody does who is not signed in yet. */
export function signInEndpoints(tools: ProviderTools): readonly Endpoint[] {
  return [
    read('listSignInProviders', async ({ db }) => {
      const rows = await db
        .selectFrom('identityProviders')
        .select(['name', 'displayName', 'kind'])
        .where('enabled', '=', true)
        .where('activeId', 'is not', null)
        .orderBy('position')
        .execute();
      return {
        items: rows.flatMap(({ name, displayName, kind }) => {
          const { manner, off } = protocolOf(tools, kind);
          return off === undefined ? [{ name, displayName, manner }] : [];
        }),
      };
    }),

    direct('beginProviderSignIn', async (context, { body, http }) => {
      refuseForeignPage(http.request.headers);
      // Whether there is one that is not in use is nobody's business here.
      const provider = await context.db
        .selectFrom('identityProviders')
        .selectAll()
        .where('name', '=', body.provider)
        .executeTakeFirst();
      const version = provider === undefined ? undefined : await versionInForce(context.db, provider);
      const isOff = provider !== undefined && protocolOf(tools, provider.kind).off !== undefined;
      if (provider === undefined || version === undefined || isOff)
        return refuse('not-found', `nobody signs in with ${body.provider}`);
      const page = ownPage(body.to);
      return { url: await beginSignIn(tools, context, { provider, version, dryRun: null, page, http }) };
    }),

    direct('completeProviderSignIn', (context, { body, http }) =>
      body.kind === 'form'
        ? signInByForm(tools, context, { answer: body, http })
        : completeSignIn(tools, context, { answer: body, http }),
    ),
  ];
}

/** Only a page of our own: a link from elsewhere must not lead away. */
function ownPage(to: string | undefined): string | null {
  return to?.startsWith('/') === true && !/^\/[/\\]/.test(to) ? to : null;
}
