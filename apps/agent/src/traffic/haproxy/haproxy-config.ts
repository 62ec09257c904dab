import { reportPath } from '@almanac/domain';
import type {
  GatewayConfig,
  GatewayHeader,
  GatewayListener,
  GatewayRule,
  GatewayService,
} from '@almanac/protocol/gateway';
import {
  backendOf,
  bare,
  type HaproxyServer,
  isRouted,
  reportsBackend,
  serversOf,
  upgradesOf,
} from './haproxy-servers.ts';

/** Where things are on this machine that HAProxy has to know. */
export interface HaproxyPlaces {
  readonly holdScript: string;
  /** Where it says what became of each request, as UDP on this machine. */
  readonly logPort: number;
  /** The socket on which what browsers report is taken. */
  readonly reports: string;
  /** A file with certificate and key for each certificate of a listener, in its order. */
  readonly certificates: (listener: GatewayListener) => readonly string[];
}

/** A configuration of HAProxy: what only a reload can change, and the servers, which can be changed as it runs. */
export interface HaproxyConfig {
  readonly structure: string;
  /** Commands that say which services let requests wait from now on, and which do no more. */
  readonly holds: { readonly begin: readonly string[]; readonly end: readonly string[] };
  readonly servers: readonly HaproxyServer[];
}

/** Like ours, but for what HAProxy cannot: requests are not mirrored. */
export function haproxyConfigOf(config: GatewayConfig, places: HaproxyPlaces): HaproxyConfig {
  const structure = [
    ...globalLines(config, places),
    ...config.listeners.flatMap((each) => frontend(each, config, places)),
    ...config.services.flatMap(backends),
    `backend ${reportsBackend}`,
    '  http-request set-header x-almanac-service %[var(txn.reported)]',
    '  http-request set-header x-almanac-address %[src]',
    `  server agent ${quoted(`unix@${places.reports}`)}`,
    'backend nothing',
    '  http-request return status 404 content-type text/plain string "Nothing is served under this name here.\\n"',
  ].join('\n');
  const { holdRequests, holdSeconds } = config.limits;
  const hold = (service: GatewayService, requests: number) =>
    `set hold ${backendOf(service.name)} ${requests} ${holdSeconds}`;
  const holds = {
    begin: config.services.filter((each) => each.hold).map((each) => hold(each, holdRequests)),
    end: config.services.filter((each) => !each.hold).map((each) => hold(each, 0)),
  };
  return { structure, holds, servers: serversOf(config) };
}

/** The file of a configuration; `revision` is what HAProxy says when it is asked which one it has. */
export function haproxyFile({ structure, servers }: HaproxyConfig, revision: number): string {
  const byBackend = Map.groupBy(servers, (each) => each.backend);
  const lines = structure.split('\n').flatMap((line) => {
    const backend = /^backend (\S+)$/.exec(line)?.[1] ?? '';
    return [line, ...(byBackend.get(backend) ?? []).map((each) => `  server ${each.name} ${serverWords(each)}`)];
  });
  return `${lines.join('\n').replace('%REVISION%', String(revision))}\n`;
}

export function serverWords({ port, weight }: HaproxyServer): string {
  return `127.0.0.1:${port} weight ${weight}`;
}

function globalLines({ limits, services }: GatewayConfig, places: HaproxyPlaces): readonly string[] {
  const seconds = (value: number) => `${Math.round(value * 1000)}ms`;
  return [
    'global',
    '  description %REVISION%',
    '  nbthread 1',
    '  hard-stop-after 10m',
    '  ssl-default-bind-options ssl-min-ver TLSv1.2',
    `  lua-load ${quoted(places.holdScript)}`,
    `  log 127.0.0.1:${places.logPort} len 1024 format raw local0`,
    ...(services.some((each) => each.headers.length > 0) ? roomForHeaders : []),
    'defaults',
    '  mode http',
    '  log global',
    '  log-format "%s %ST %Tr %Ta"',
    '  option logasap',
    '  option abortonclose',
    '  option redispatch',
    '  option http-no-delay',
    '  retries 3',
    // A connection that was kept may be closed by its server just as the next request goes out on it.
    '  http-reuse never',
    '  timeout connect 5s',
    '  timeout queue 5s',
    '  timeout http-keep-alive 65s',
    '  timeout tunnel 24h',
    `  timeout http-request ${seconds(limits.clientHeaderSeconds)}`,
    `  timeout client ${seconds(limits.clientIdleSeconds)}`,
    `  timeout client-fin ${seconds(limits.clientIdleSeconds)}`,
    `  timeout server ${seconds(limits.backendIdleSeconds)}`,
    '  http-error status 503 content-type text/plain string "The application takes no requests at the moment. Try again shortly.\\n" hdr retry-after 5 hdr cache-control no-store',
  ];
}

function frontend(listener: GatewayListener, config: GatewayConfig, places: HaproxyPlaces): readonly string[] {
  const { address, port, target, tls } = listener;
  const place = bare(`${address}:${port}`);
  const certificates = places.certificates(listener).map((file) => ` crt ${quoted(file)}`);
  // Without TLS there is no HTTP/2, whatever a client begins with.
  const secure = tls === null ? ' proto h1' : ` ssl${certificates.join('')} alpn h2,http/1.1`;
  const named = (service: string) => config.services.find((each) => each.name === service);
  const reached = (target.kind === 'service' ? [target.service] : [...new Set(Object.values(target.hosts))]).flatMap(
    (each) => named(each) ?? [],
  );
  return [
    `frontend ${place}`,
    `  bind ${place}${secure}`,
    ...clarity,
    '  option forwardfor',
    '  http-request del-header te',
    '  http-request del-header keep-alive',
    `  http-request set-header x-forwarded-proto ${tls === null ? 'http' : 'https'} unless { req.hdr(x-forwarded-proto) -m found }`,
    '  http-request set-header x-forwarded-host %[req.fhdr(host)] unless { req.hdr(x-forwarded-host) -m found }',
    ...reached.flatMap((service) => [
      `  http-request set-var(txn.service) str(${backendOf(service.name)})${conditionOf(listener, service)}`,
    ]),
    // What browsers report is the agent's, and waits for no instance.
    `  http-request set-var(txn.reported) var(txn.service) if { path ${reportPath} } { var(txn.service) -m found }`,
    '  http-request unset-var(txn.service) if { var(txn.reported) -m found }',
    ...reached.flatMap(routing),
    '  http-request set-var(txn.backend) var(txn.service) if { var(txn.service) -m found }',
    '  http-request set-var(txn.backend) var(txn.version) if { var(txn.version) -m found }',
    `  use_backend ${reportsBackend} if { var(txn.reported) -m found }`,
    '  use_backend up:%[var(txn.backend)] if { var(txn.backend) -m found } { req.hdr(upgrade) -m found }',
    '  use_backend %[var(txn.backend)] if { var(txn.backend) -m found }',
    '  default_backend nothing',
  ];
}

/** What two readers may take for different requests is refused, as our own gateway does. */
const clarity = [
  '  http-request deny status 400 unless { req.ver 1.0 1.1 2.0 }',
  '  http-request deny status 400 if { req.hdr_cnt(host) gt 1 }',
  // A name and a port, and nothing behind them.
  '  http-request deny status 400 if { req.fhdr(host) -m reg :.*[^0-9] } !{ req.fhdr(host) -m beg [ }',
  '  http-request deny status 400 if { req.ver 1.0 } { req.hdr(transfer-encoding) -m found }',
  '  http-request deny status 400 if { req.hdr(transfer-encoding) -m found } !{ req.hdr(transfer-encoding) -i -m str chunked }',
  '  http-request deny status 400 if { req.hdr(upgrade) -i -m str h2c }',
  '  http-request deny status 400 if { req.hdr(upgrade) -m found } { req.body_len gt 0 }',
  '  http-request deny status 400 if { req.hdr(upgrade) -m found } { req.hdr(transfer-encoding) -m found }',
  '  http-request deny status 400 if { req.hdr(upgrade) -m found } { req.hdr(content-length) -m found }',
  '  http-request deny status 400 if { method CONNECT }',
  // A whole address names a host of its own; in HTTP/2 every address is whole, and its authority is the host.
  '  http-request deny status 400 if !{ url -m beg / } !{ req.ver 2.0 }',
  '  http-request deny status 400 unless { pathq -m beg / }',
  '  http-request deny status 400 if { req.hdrs -m reg \\\\x00 }',
  '  http-request deny status 400 if { url -m sub "#" }',
];

function conditionOf({ target }: GatewayListener, service: GatewayService): string {
  if (target.kind === 'service') return '';
  const hosts = Object.entries(target.hosts).flatMap(([host, name]) => (name === service.name ? [quoted(host)] : []));
  return ` if { req.fhdr(host),field(1,:),lower -m str -- ${hosts.join(' ')} }`;
}

/** The first that decides for a version counts; a version that takes nothing is decided for by nobody. */
function routing(service: GatewayService): readonly string[] {
  const own = `{ var(txn.service) -m str ${backendOf(service.name)} }`;
  const choose = (version: string, when: string) => {
    const backend = backendOf(service.name, version);
    return `  http-request set-var(txn.version) str(${backend}) if ${own} !{ var(txn.version) -m found } { nbsrv(${backend}) gt 0 } ${when}`;
  };
  const all = backendOf(service.name);
  const { rules, sticky } = service;
  return [
    `  http-request lua.hold ${all} if ${own} { nbsrv(${all}) eq 0 }`,
    ...rules.map((rule) => choose(rule.version, conditionOfRule(rule))),
    ...spread(service, choose),
    ...(sticky === null
      ? []
      : service.versions
          .filter((each) => each.weight > 0)
          .map((each) =>
            choose(each.version, `{ req.cook(${named(sticky.cookie)}) -m str -- ${quoted(each.version)} }`),
          )),
  ];
}

function conditionOfRule({ from, name, match, value }: GatewayRule): string {
  const sample = from === 'header' ? `req.fhdr(${named(name)})` : `req.cook(${named(name)})`;
  return `{ ${sample} -m ${match === 'equals' ? 'str' : 'beg'} -- ${quoted(value)} }`;
}

/** Users by the place that their hash has among ten thousand. */
function spread(service: GatewayService, choose: (version: string, when: string) => string): readonly string[] {
  if (service.spread === null) return [];
  const { from, name } = service.spread;
  const sample = from === 'header' ? `req.fhdr(${named(name)})` : `req.cook(${named(name)})`;
  const open = service.versions.filter(
    ({ version, weight }) =>
      weight > 0 && service.backends.some((each) => each.version === version && each.state === 'active'),
  );
  const sum = open.reduce((total, each) => total + each.weight, 0);
  let reached = 0;
  return open.map(({ version, weight }) => {
    reached += weight;
    const end = Math.round((reached / sum) * 10_000);
    return choose(version, `{ ${sample} -m found } { ${sample},xxh32(1),mod(10000) lt ${end} }`);
  });
}

function backends(service: GatewayService): readonly string[] {
  const names = [
    backendOf(service.name),
    ...(isRouted(service) ? service.versions.map((each) => backendOf(service.name, each.version)) : []),
  ];
  const answers = service.headers.map(answerLine);
  return names.flatMap((name) => [
    ...backend(name, [...answers, ...(name === backendOf(service.name) ? cookies(service) : [])]),
    ...backend(upgradesOf(name), answers),
  ]);
}

function backend(name: string, more: readonly string[]): readonly string[] {
  return [`backend ${name}`, '  balance roundrobin', ...more];
}

/** What HAProxy writes into an answer has to fit beside what it has read of it; two buffers' worth is twice what a policy has. */
const roomForHeaders = ['  tune.bufsize 32768', '  tune.maxrewrite 16384'];

/** One header of ours; what changes the protocol of its connection carries none. */
function answerLine({ name, value, over, whenSent }: GatewayHeader): string {
  const verb = whenSent === 'add' ? 'add-header' : 'set-header';
  const conditions = [
    '!{ status 101 }',
    ...(over === 'any' ? [] : [over === 'tls' ? '{ ssl_fc }' : '!{ ssl_fc }']),
    ...(whenSent === 'keep' ? [`!{ res.hdr(${name}) -m found }`] : []),
  ];
  return `  http-response ${verb} ${name} ${quoted(value.replaceAll('%', '%%'))} if ${conditions.join(' ')}`;
}

/** Whoever was given a version by weights is told its name. */
function cookies({ sticky, versions, backends: instances }: GatewayService): readonly string[] {
  if (sticky === null) return [];
  return versions.flatMap(({ version }) => {
    const own = instances.filter((each) => each.version === version).map((each) => each.instance);
    if (own.length === 0) return [];
    const cookie = `${named(sticky.cookie)}=${version}; Path=/; Max-Age=${sticky.seconds}; HttpOnly; SameSite=Lax`;
    const answered = `{ srv_name -m str -- ${own.map(quoted).join(' ')} }`;
    return [
      `  http-response add-header set-cookie ${quoted(cookie)} if ${answered} !{ ssl_fc }`,
      `  http-response add-header set-cookie ${quoted(`${cookie}; Secure`)} if ${answered} { ssl_fc }`,
    ];
  });
}

/** Nothing that a configuration names can be more than a word of it. */
function quoted(words: string): string {
  if (/[\0\r\n]/.test(words)) throw new Error('a line break cannot stand in a configuration of HAProxy');
  return `"${words.replaceAll(/[\\"$]/g, '\\$&')}"`;
}

function named(name: string): string {
  if (!/^[\w-]+$/.test(name)) throw new Error(`HAProxy cannot route by a header or cookie named ${name}`);
  return name;
}
