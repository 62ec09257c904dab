import { readFile } from 'node:fs/promises';
import { effectiveHeaders, faultsOfHeaders, headerWarnings } from '@almanac/domain';
import { parseHeaderPolicy, type ResponseHeaders, type SaidHeaders } from '@almanac/protocol';
import { type CommandDefinition, type CommandInput, listOption, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import type { Session } from '../../session.ts';
import { adjustPolicy } from './adjust-policy.ts';
import { readHeaders } from './show.ts';
import { headerLinesOf, levelOf, levelWords } from './words.ts';

export const setHeaders: CommandDefinition = {
  usage: 'set <environment> [application]',
  summary: 'Say which headers responses carry; sites follow within seconds, and nothing is restarted',
  examples: [
    `almanac headers set production --csp report-only --directive "default-src 'self'" "img-src 'self' data:" --nosniff`,
    `almanac headers set production storefront --directive "img-src 'self' https://cdn.example" --csp enforce`,
    'almanac headers set production storefront --inherit img-src --without referrer-policy',
    'almanac headers set production --file headers.yaml --dry-run',
  ],
  options: [
    ['--csp <mode>', 'the mode of the Content-Security-Policy: off, report-only, enforce, or inherit'],
    ['--directive <text...>', `a directive with its values, as in "img-src 'self' data:"; several may be given`],
    ['--hsts <seconds>', 'how long browsers insist on TLS (Strict-Transport-Security); sent over TLS alone'],
    ['--include-subdomains', 'with --hsts: of the hosts below it too'],
    ['--preload', 'with --hsts: ask browsers to insist before the first visit; this takes months to take back'],
    ['--nosniff', 'browsers take content for what it is said to be (X-Content-Type-Options)'],
    ['--referrer <policy>', 'what browsers tell other sites of where somebody came from, as in no-referrer'],
    ['--opener <policy>', 'Cross-Origin-Opener-Policy, as in same-origin'],
    [
      '--feature <text...>',
      'who may use a feature of the browser, as in "camera self https://a.example"; nobody: "camera"',
    ],
    ['--when-sent <rule...>', 'what counts when the application sends a header: <header>=keep or <header>=replace'],
    [
      '--without <part...>',
      'directives, features or headers of which there is to be none, whatever the environment says',
    ],
    ['--inherit <part...>', 'the same, of which nothing is said here any more'],
    ['--file <file>', 'all that is said here, as YAML or JSON, in place of what was'],
    ['--dry-run', 'show what would be sent, and change nothing'],
  ],
  run: async (session, input) => {
    const level = levelOf(input);
    const present = await readHeaders(session, level);
    const file = textOption(input, 'file');
    const policy = file === undefined ? adjustPolicy(present, wishesOf(input)) : await readPolicy(file);
    if (input.options['dryRun'] === true) {
      const preview = previewed(present, policy);
      session.show(preview, () => headerLinesOf(preview));
      return exitCodes.ok;
    }
    const after = await saveHeaders(session, { present, policy });
    session.show(after, () => [...headerLinesOf(after), `Take this back: almanac headers undo ${levelWords(level)}`]);
    return exitCodes.ok;
  },
};

export const undoHeaders: CommandDefinition = {
  usage: 'undo <environment> [application]',
  summary: 'Take the last change of what is said here back; once more brings it again',
  examples: ['almanac headers undo production storefront'],
  run: async (session, input) => {
    const present = await readHeaders(session, levelOf(input));
    if (present.previous === null) throw new CommandError('nothing was changed here yet');
    const after = await saveHeaders(session, { present, policy: present.previous });
    session.show(after, () => headerLinesOf(after));
    return exitCodes.ok;
  },
};

function saveHeaders(
  session: Session,
  input: { readonly present: ResponseHeaders; readonly policy: SaidHeaders },
): Promise<ResponseHeaders> {
  const { present, policy } = input;
  const common = { body: policy, revision: present.revision };
  const environment = present.environment.name;
  return present.application === null
    ? session.client.setEnvironmentHeaders({ params: { environment }, ...common })
    : session.client.setApplicationHeaders({
        params: { environment, application: present.application.name },
        ...common,
      });
}

/** What the server would answer; the same rules decide here. */
function previewed(present: ResponseHeaders, policy: SaidHeaders): ResponseHeaders {
  const faults = faultsOfHeaders(policy);
  if (faults.length > 0)
    throw new CommandError(faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('\n'));
  const effective =
    present.inherited === null
      ? effectiveHeaders({ environment: policy, application: null })
      : effectiveHeaders({ environment: present.inherited, application: policy });
  const headers = effective.headers.map(({ parts, ...header }) => ({ ...header, parts: [...parts] }));
  return { ...present, policy, mode: effective.mode, headers, warnings: [...headerWarnings(effective)] };
}

function wishesOf(input: CommandInput): Parameters<typeof adjustPolicy>[1] {
  const has = (name: string) => input.options[name] === true;
  return {
    csp: textOption(input, 'csp'),
    directives: listOption(input, 'directive'),
    features: listOption(input, 'feature'),
    inherit: listOption(input, 'inherit'),
    without: listOption(input, 'without'),
    hsts: textOption(input, 'hsts'),
    subdomains: has('includeSubdomains'),
    preload: has('preload'),
    nosniff: has('nosniff'),
    referrer: textOption(input, 'referrer'),
    opener: textOption(input, 'opener'),
    whenSent: listOption(input, 'whenSent'),
  };
}

async function readPolicy(file: string): Promise<SaidHeaders> {
  const parsed = parseHeaderPolicy(await readFile(file, 'utf8'));
  if (parsed.ok) return parsed.value;
  const faults = parsed.faults.map((each) => `  ${each.line}:${each.column}  ${each.path}: ${each.detail}`);
  throw new CommandError(`${file} has faults:\n${faults.join('\n')}`);
}
