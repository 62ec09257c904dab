import { refuse } from '@almanac/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { faultOfJson, type JsonLimits, usualJson } from './json-limits.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a JSON body of this route may hold; what is usual where it does not say. */
    json?: JsonLimits;
    /** What a body of this route is; JSON where it does not say. Reports of browsers come as they like. */
    body?: 'json' | 'scim' | 'bytes' | 'form' | 'report';
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** The one way to say what a body is; parameters that we do not know could mean anything. */
const spelled = {
  json: /^application\/json(; ?charset=(utf-8|"utf-8"))?$/i,
  scim: /^application\/(scim\+)?json(; ?charset=(utf-8|"utf-8"))?$/i,
  bytes: /^application\/octet-stream$/i,
  form: /^application\/x-www-form-urlencoded(; ?charset=(utf-8|"utf-8"))?$/i,
} as const;

const mediaTypes = {
  json: 'application/json',
  scim: 'application/scim+json',
  bytes: 'application/octet-stream',
  form: 'application/x-www-form-urlencoded',
} as const;

/** Each route takes one kind of body, whatever a client calls it, and JSON is judged before it is parsed. */
export function acceptBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  server.addContentTypeParser(
    ['application/json', 'application/scim+json'],
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => parseJson(body, request.routeOptions.config.json ?? usualJson),
  );
  server.addHook('preParsing', async (request) => {
    const { headers } = request;
    const type = headers['content-type'];
    const empty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
    const wanted = request.routeOptions.config.body ?? 'json';
    if (request.is404 || wanted === 'report' || (type === undefined && empty)) return;
    if (type === undefined || !spelled[wanted].test(type))
      refuse('unsupported-media-type', `send the body as ${mediaTypes[wanted]}`);
  });
}

function parseJson(body: Buffer, limits: JsonLimits): unknown {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    return refuse('invalid-request', 'the body is not UTF-8');
  }
  const fault = faultOfJson(text, limits);
  if (fault !== undefined) refuse('invalid-request', fault);
  try {
    return JSON.parse(text);
  } catch {
    return refuse('invalid-request', 'the body is not JSON');
  }
}
