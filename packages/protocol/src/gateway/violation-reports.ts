import { z } from 'zod';

const shown = 300;
const word = z.string().transform((text) => text.replace(/\p{C}/gu, ' ').slice(0, shown));
/** As the Reporting API sends them, several at once, and as older browsers do. */
const modern = z.array(
  z.object({
    type: z.literal('csp-violation'),
    body: z.object({ effectiveDirective: word, blockedURL: word.default(''), documentURL: word.default('') }),
  }),
);
const older = z.object({
  'csp-report': z.object({
    'effective-directive': word.optional(),
    'violated-directive': word.default(''),
    'blocked-uri': word.default(''),
    'document-uri': word.default(''),
  }),
});

/** What a browser says that a policy did not allow, in its words but for control characters; anybody can send some. */
export interface SaidViolation {
  readonly directive: string;
  readonly blocked: string;
  readonly page: string;
}

/** The media types in which browsers report. */
export const reportTypes = ['application/reports+json', 'application/csp-report'] as const;

const mostAtOnce = 10;

/** What a report tells; nothing where it is none. */
export function saidViolations(text: string): readonly SaidViolation[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return [];
  }
  const many = modern.safeParse(document);
  if (many.success)
    return many.data
      .slice(0, mostAtOnce)
      .map(({ body }) => ({ directive: body.effectiveDirective, blocked: body.blockedURL, page: body.documentURL }));
  const one = older.safeParse(document);
  if (!one.success) return [];
  const report = one.data['csp-report'];
  return [
    {
      directive: report['effective-directive'] ?? report['violated-directive'],
      blocked: report['blocked-uri'],
      page: report['document-uri'],
    },
  ];
}
