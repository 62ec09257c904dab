/** Steps of a sign-in at the provider, each of which leads to the next. */
const mostSteps = 12;

/**
 * Signs in at the provider as a browser of one person would.
 *
 * @param url Where the sign-in begins
 * @param until The address at which the provider hands the person back
 * @returns the query with which it does
 */
export async function visitProvider(
  url: string,
  given: { readonly login: string; readonly until: string },
): Promise<string> {
  const cookies = new Map<string, string>();
  let next = url;
  let form: string | undefined;
  for (let step = 0; step < mostSteps; step += 1) {
    if (next.startsWith(given.until)) return new URL(next).search.slice(1);
    const answer: Response = await fetch(next, {
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const at = pair.indexOf('=');
      cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = answer.headers.get('location');
    const page = await answer.text();
    form = undefined;
    if (location !== null) next = new URL(location, next).href;
    else if (page.includes('name="login"'))
      form = new URLSearchParams({ prompt: 'login', login: given.login, password: 'any' }).toString();
    else throw new Error(`the provider answered ${answer.status}: ${page.slice(0, 2000)}`);
  }
  throw new Error('the provider leads in circles');
}
