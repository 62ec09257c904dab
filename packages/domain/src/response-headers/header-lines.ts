import { reportPath } from './csp-directives.ts';
import type { EffectiveHeader, EffectiveHeaders } from './effective-headers.ts';

/** The name under which headers mean that place. */
const reportGroup = 'almanac';

/** One header as a data plane sends it. */
export interface HeaderLine {
  /** In small letters. */
  readonly name: string;
  readonly value: string;
  /** Over which connections of clients it is sent. */
  readonly over: 'any' | 'tls' | 'plain';
  /** What becomes of one that the application sends: it is kept and ours left out, replaced, or ours stands beside it. */
  readonly whenSent: 'keep' | 'replace' | 'add';
}

/** What a data plane has to send, ready made: it decides nothing, so that it costs its requests nothing. */
export function headerLines({ headers }: EffectiveHeaders): readonly HeaderLine[] {
  const lines = headers.flatMap(linesOf);
  if (!collectsReports({ headers })) return lines;
  // Its members are a dictionary: those of the application stand beside ours.
  const endpoint = `${reportGroup}="${reportPath}"`;
  return [...lines, { name: 'reporting-endpoints', value: endpoint, over: 'tls', whenSent: 'add' }];
}

/** Whether browsers are told to report. */
export function collectsReports({ headers }: Pick<EffectiveHeaders, 'headers'>): boolean {
  return headers.some(isContentSecurity);
}

function linesOf(header: EffectiveHeader): readonly HeaderLine[] {
  const { name, value, overTlsOnly, whenSent } = header;
  const line = { name, whenSent: whenSent.value };
  if (!isContentSecurity(header)) return [{ ...line, value, over: overTlsOnly ? 'tls' : 'any' }];
  const reported = `${value}; report-uri ${reportPath}`;
  // A browser that knows `report-to` leaves `report-uri` aside, and finds no endpoint where the page came without TLS.
  return [
    { ...line, value: reported, over: 'plain' },
    { ...line, value: `${reported}; report-to ${reportGroup}`, over: 'tls' },
  ];
}

function isContentSecurity({ name }: Pick<EffectiveHeader, 'name'>): boolean {
  return name === 'content-security-policy' || name === 'content-security-policy-report-only';
}
