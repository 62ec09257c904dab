import { isCspDirective, reportPath } from '@almanac/domain/csp-directives';
import type { ReportedViolations, Violation } from './gateway.ts';
import { reportTypes, type SaidViolation, saidViolations } from './violation-reports.ts';

/** A report is read up to so many bytes; browsers cut their own shorter. */
export const mostReportBytes = 8192;
const minuteMs = 60_000;
const mostOfAddress = 60;
const mostOfAll = 3000;
const mostKept = 200;
/** What was not reported for so long makes room for what is. */
const staleMs = 3_600_000;
const mostCharacters = 300;

/** Whether a request reports to the gateway: it is answered there, and never reaches an application. */
export function isReport(path: string | undefined): boolean {
  return (
    path?.startsWith(reportPath) === true && (path.length === reportPath.length || path[reportPath.length] === '?')
  );
}

/** A request that reports, as whoever serves it has it. */
export interface ArrivedReport {
  readonly method: string | undefined;
  readonly contentType: string | undefined;
  /** What Content-Length says; undefined where it says nothing. */
  readonly length: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** Of whoever sends it. */
  readonly address: string;
  /** Whose page reports; undefined where nobody is served under that name. */
  readonly service: { readonly name: string; readonly collectsReports: boolean } | undefined;
}

/** How a report is answered; nothing but this is said. */
export interface ReportAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The time of day, and milliseconds of a clock that does not jump. */
export interface CollectorClock {
  readonly now: () => Date;
  readonly steady: () => number;
}

/** Sums what browsers report by service, as a data plane tells it. Whatever is sent, what is kept is bounded. */
export class ViolationCollector {
  readonly #services = new Map<string, { readonly items: Map<string, Violation>; dropped: number }>();
  readonly #clock: CollectorClock;
  #minute = { began: Number.NEGATIVE_INFINITY, all: 0, of: new Map<string, number>() };

  constructor(clock: CollectorClock = { now: () => new Date(), steady: () => performance.now() }) {
    this.#clock = clock;
  }

  /** Takes a report, or refuses it: as much of that as can be before its body is read. */
  async answer(report: ArrivedReport): Promise<ReportAnswer> {
    const refused = this.#refusal(report);
    if (refused !== undefined) return answerOf(refused);
    const decoder = new TextDecoder();
    let [text, size] = ['', 0];
    for await (const chunk of report.body) {
      size += chunk.length;
      if (size > mostReportBytes) return answerOf(413);
      text += decoder.decode(chunk, { stream: true });
    }
    this.take(report.service?.name ?? '', text, this.#clock.now());
    return answerOf(204);
  }

  /** Counts what a report tells. */
  take(service: string, text: string, at: Date): void {
    for (const said of saidViolations(text)) this.#count(service, said, at);
  }

  of(service: string): ReportedViolations {
    const kept = this.#services.get(service);
    return { items: [...(kept?.items.values() ?? [])], dropped: kept?.dropped ?? 0 };
  }

  /** Forgets services that are gone. */
  keepOnly(services: ReadonlySet<string>): void {
    for (const name of this.#services.keys()) if (!services.has(name)) this.#services.delete(name);
  }

  #refusal({ method, contentType, length, address, service }: ArrivedReport): number | undefined {
    if (service?.collectsReports !== true) return 404;
    if (method !== 'POST') return 405;
    const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    if (!reportTypes.some((each) => each === type)) return 415;
    if (length !== undefined && !(Number(length) <= mostReportBytes)) return 413;
    return this.#mayCome(address) ? undefined : 429;
  }

  #mayCome(address: string): boolean {
    const now = this.#clock.steady();
    if (now - this.#minute.began >= minuteMs) this.#minute = { began: now, all: 0, of: new Map() };
    const { of, all } = this.#minute;
    const own = of.get(address) ?? 0;
    if (own >= mostOfAddress || all >= mostOfAll) return false;
    of.set(address, own + 1);
    this.#minute.all += 1;
    return true;
  }

  #count(service: string, said: SaidViolation, at: Date): void {
    // Older browsers say the directive with all that it allows.
    const directive = said.directive.split(' ')[0] ?? '';
    if (!isCspDirective(directive)) return;
    const page = urlOf(said.page);
    const [blocked, document] = [blockedBy(said.blocked, page), (page?.pathname ?? '/').slice(0, mostCharacters)];
    const kept = this.#services.get(service) ?? { items: new Map<string, Violation>(), dropped: 0 };
    this.#services.set(service, kept);
    const key = JSON.stringify([directive, blocked, document]);
    const before = kept.items.get(key);
    if (before === undefined && !makeRoom(kept.items, at)) {
      kept.dropped += 1;
      return;
    }
    const now = at.toISOString();
    // The order of the map is that of last sight, so what was not seen for longest stands at its beginning.
    kept.items.delete(key);
    const { count, firstSeen } = before ?? { count: 0, firstSeen: now };
    kept.items.set(key, { directive, blocked, document, count: count + 1, firstSeen, lastSeen: now });
  }
}

function answerOf(status: number): ReportAnswer {
  return {
    status,
    headers: {
      'cache-control': 'no-store',
      ...(status === 405 ? { allow: 'POST' } : {}),
      ...(status === 429 ? { 'retry-after': '60' } : {}),
    },
  };
}

function makeRoom(items: Map<string, Violation>, at: Date): boolean {
  if (items.size < mostKept) return true;
  const [oldest] = items;
  if (oldest === undefined || at.getTime() - Date.parse(oldest[1].lastSeen) < staleMs) return false;
  return items.delete(oldest[0]);
}

/** Words of CSP that stand where an address would (CSP Level 3, section 5.5; Trusted Types). */
const words: ReadonlySet<string> = new Set([
  'inline',
  'eval',
  'wasm-eval',
  'self',
  'trusted-types-policy',
  'trusted-types-sink',
]);

/** From where it came, without what could say more of a person than that. */
function blockedBy(text: string, page: ParsedUrl | undefined): string {
  if (words.has(text)) return text;
  // For what has no host, browsers say the scheme alone.
  if (/^[a-z][a-z0-9+.-]{0,30}:?$/i.test(text)) return `${text.toLowerCase().replace(/:$/, '')}:`;
  const url = urlOf(text);
  if (url === undefined) return 'unknown';
  if (url.host === '') return `${url.scheme}:`;
  const origin = `${url.scheme}://${url.host}`;
  return page !== undefined && page.scheme === url.scheme && page.host === url.host
    ? 'self'
    : origin.slice(0, mostCharacters);
}

interface ParsedUrl {
  readonly scheme: string;
  readonly host: string;
  readonly pathname: string;
}

/** Browsers send addresses in their normal form; what has another one is not of a browser. */
function urlOf(text: string): ParsedUrl | undefined {
  const [, scheme = '', host = '', pathname = '/'] =
    /^([a-z][a-z0-9+.-]{0,30}):(?:\/\/(?:[^/?#@\s]*@)?([a-z0-9.:[\]-]*))?(\/[^?#\s]*)?/i.exec(text) ?? [];
  return scheme === '' ? undefined : { scheme: scheme.toLowerCase(), host: host.toLowerCase(), pathname };
}
