import { routes } from '@almanac/protocol';
import { type Estate, visitProvider } from '@almanac/testkit';

/** Tries the draft of a provider as somebody who is known there, as an administrator's browser does; nothing is activated. */
export async function tryProvider(
  estate: Pick<Estate, 'url' | 'token'>,
  given: { readonly provider: string; readonly login: string },
): Promise<void> {
  const { provider, login } = given;
  const send = async (path: string, body: object, cookie = '') => {
    const answer = await fetch(`${estate.url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${estate.token}`, cookie },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const begun = await send(`/identity-providers/${provider}/dry-runs`, {});
  const cookie = begun.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const { url } = routes.beginDryRun.response.parse(await begun.json());
  const query = await visitProvider(url ?? '', { login, until: estate.url });
  await send('/provider-sign-ins/complete', { kind: 'redirect', provider, query }, cookie);
}
