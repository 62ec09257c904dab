import { type Route, routes, scimPrefix, scimRoutes } from '@almanac/protocol';

/** What stands for parameters of paths and queries. */
export type Known = Readonly<Record<string, string>>;

/** Never ends by itself: it is read for a moment elsewhere. */
const endless = new Set(['streamEvents']);

export interface Crawled {
  readonly place: string;
  readonly status: number;
  readonly text: string;
}

/** Reads every GET of the route table, and what is beside it, as somebody; gives every answer with its headers. */
export async function crawl(
  server: string,
  given: { readonly token: string; readonly known: Known },
): Promise<readonly Crawled[]> {
  const paths = [
    ...Object.entries<Route>(routes)
      .filter(([name, { method }]) => method === 'GET' && !endless.has(name))
      .map(([name, route]) => [name, `/api/v1${addressOf(route, given.known)}`] as const),
    ...['/healthz', '/readyz', '/metrics', '/api/v1/openapi.json', '/', '/setup'].map((path) => [path, path] as const),
  ];
  return Promise.all(
    paths.map(async ([name, path]) => {
      const answer = await fetch(`${server}${path}`, { headers: { authorization: `Bearer ${given.token}` } });
      return { place: name, status: answer.status, text: await whole(answer) };
    }),
  );
}

/** Reads every GET of SCIM, as an identity provider, and is refused what is none. */
export async function crawlScim(server: string, token: string): Promise<readonly Crawled[]> {
  const paths = Object.values(scimRoutes)
    .filter(({ method }) => method === 'GET')
    .map(({ path }) => path.replace(':id', 'User'));
  return Promise.all(
    [...paths, '/Users?filter=userName%20eq%20(', '/Nothing'].map(async (path) => {
      const answer = await fetch(`${server}${scimPrefix}${path}`, { headers: { authorization: `Bearer ${token}` } });
      return { place: `SCIM: ${path}`, status: answer.status, text: await whole(answer) };
    }),
  );
}

/** Reads what a stream says within a moment. */
export async function listen(server: string, given: { readonly token: string; readonly ms: number }): Promise<string> {
  const answer = await fetch(`${server}/api/v1/events?after=0`, {
    headers: { authorization: `Bearer ${given.token}`, accept: 'text/event-stream' },
    signal: AbortSignal.timeout(given.ms),
  });
  let text = '';
  try {
    for await (const chunk of answer.body ?? []) text += Buffer.from(chunk).toString('utf8');
  } catch {
    // The moment is over.
  }
  return text;
}

export async function whole(answer: Response): Promise<string> {
  return `${answer.status} ${JSON.stringify([...answer.headers])}\n${await answer.text()}`;
}

function addressOf(route: Route, known: Known): string {
  const value = (name: string) => encodeURIComponent(known[name] ?? 'unknown');
  const path = route.path.replaceAll(/:(\w+)/g, (_whole, name: string) => value(name));
  const query = Object.entries(route.query?.shape ?? {})
    .filter(([name, type]) => name !== 'wait' && (name in known || !type.safeParse(undefined).success))
    .map(([name]) => `${name}=${value(name)}`)
    .join('&');
  return query === '' ? path : `${path}?${query}`;
}
