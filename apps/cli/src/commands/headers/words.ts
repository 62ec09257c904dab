import type { HeaderSource } from '@almanac/domain';
import type { ResponseHeaders } from '@almanac/protocol';
import { argument, type CommandInput } from '../../command.ts';
import { tableLines } from '../../output/table.ts';

/** An environment, and an application in it if one is named. */
export function levelOf(input: CommandInput): { readonly environment: string; readonly application: string | null } {
  return { environment: argument(input, 0), application: input.args[1] ?? null };
}

/** How a level is named on the command line. */
export function levelWords({ environment, application }: ReturnType<typeof levelOf>): string {
  return application === null ? environment : `${environment} ${application}`;
}

/** What responses carry, part by part, with who said it. */
export function headerLinesOf(found: ResponseHeaders): readonly string[] {
  const { environment, application, headers, warnings } = found;
  const of =
    application === null ? `every application in ${environment.name}` : `${application.name} in ${environment.name}`;
  if (headers.length === 0)
    return [
      `Nothing is added to the responses of ${of}. Say what they carry: almanac headers set --help`,
      ...warningLines(warnings),
    ];
  return [
    `Responses of ${of} carry:`,
    ...tableLines({
      head: ['header', 'value', 'said by', 'when the application sends it'],
      rows: headers.flatMap(rowsOf),
    }),
    ...warningLines(warnings),
  ];
}

function rowsOf({
  name,
  parts,
  whenSent,
  overTlsOnly,
}: ResponseHeaders['headers'][number]): readonly (readonly string[])[] {
  const rule = `${whenSent.value === 'keep' ? 'its own is kept' : 'its own is replaced'}${overTlsOnly ? '; over TLS only' : ''}`;
  return parts.map((part, index) => [
    index === 0 ? name : '',
    part.value,
    sourceWords(part.source),
    index === 0 ? rule : '',
  ]);
}

function sourceWords(source: HeaderSource): string {
  return source === 'built-in' ? 'Almanac' : source;
}

function warningLines(warnings: readonly string[]): readonly string[] {
  return warnings.map((each) => `! ${each}`);
}
