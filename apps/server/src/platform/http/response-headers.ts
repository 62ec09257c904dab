import { randomBytes } from 'node:crypto';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { reportPath } from './violation-reports.ts';

/** Features of browsers that no page of ours uses. */
const unused = [
  'accelerometer',
  'autoplay',
  'browsing-topics',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
];

/** What answers that are no page allow: nothing. */
const nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const yearSeconds = 31_536_000;

/** Puts on every answer what tells browsers to trust it with little; `secure` where people come by HTTPS. */
export async function setResponseHeaders(server: FastifyInstance, secure: boolean): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: false,
    strictTransportSecurity: secure ? { maxAge: yearSeconds, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    frameguard: { action: 'deny' },
  });
  const permissions = unused.map((feature) => `${feature}=()`).join(', ');
  server.addHook('onRequest', async (request, reply) => {
    void reply.header('permissions-policy', permissions).header('content-security-policy', nothing);
    // What an answer of the API says is of this moment and for whoever asked.
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
  });
}

/**
 * The policy of a page of the console, level 3: only scripts that carry the nonce of this answer run, and what they load; texts
 * become neither code nor markup (Trusted Types). Style elements need it too: the component library writes some.
 */
export function setPagePolicy(reply: FastifyReply): string {
  const nonce = randomBytes(16).toString('base64url');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
    `report-uri ${reportPath}`,
    'report-to console',
  ];
  void reply.header('content-security-policy', policy.join('; '));
  void reply.header('reporting-endpoints', `console="${reportPath}"`);
  return nonce;
}
