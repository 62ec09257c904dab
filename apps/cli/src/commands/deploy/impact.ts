import type { Completion, Finding, Impact } from '@almanac/protocol';
import { type CommandDefinition, type CommandInput, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { changeWords, findingLines } from '../../output/finding-lines.ts';
import { CommandError } from '../../output/report-error.ts';
import { listAll, pageQuery } from '../../paging.ts';
import type { Session } from '../../session.ts';
import { findBuild } from '../../watch/find-build.ts';

type OperationRequest = Parameters<Session['client']['analyseImpact']>[0]['body']['operations'][number];

export const impact: CommandDefinition = {
  usage: 'impact [application...]',
  summary: 'Say what operations would break in an environment, and what would mend it; nothing is changed',
  examples: [
    'almanac impact catalog --to production',
    'almanac impact catalog@2.0.0 orders --from quality --to production --complete',
    'almanac impact --to production --remove catalog',
  ],
  options: [
    ['--to <environment>', 'the environment that would change'],
    [
      '--from <environment>',
      'what it runs is meant where no version is given, and may be added; the one before on the path otherwise',
    ],
    ['--remove <application...>', 'applications that would be taken out'],
    ['--complete', 'find the smallest set of further operations after which nothing breaks'],
    ['--removals', 'with --complete: applications may be taken out, too'],
  ],
  run: async (session, input) => {
    const environment = textOption(input, 'to');
    if (environment === undefined) throw new CommandError('say where: --to <environment>');
    const from = textOption(input, 'from') ?? (await environmentBefore(session, environment));
    const operations = await operationsOf(session, input, from);
    if (operations.length === 0) throw new CommandError('say what: applications, or --remove <application>');
    if (input.options['complete'] === true) {
      const completion = await session.client.completePlan({
        params: { environment },
        body: {
          operations,
          removals: input.options['removals'] === true,
          ...(from === undefined ? {} : { source: from }),
        },
      });
      session.show(completion, () => completionLines(session, completion));
      return completion.outcome === 'complete' ? exitCodes.ok : exitCodes.workFailed;
    }
    const found = await wholeImpact(session, { environment, operations });
    session.show(found, () => impactLines(session, { found, environment }));
    return found.errors > 0 ? exitCodes.workFailed : exitCodes.ok;
  },
};

async function environmentBefore(session: Session, name: string): Promise<string | undefined> {
  const { promotesFrom } = await session.client.getEnvironment({ params: { environment: name } });
  return promotesFrom?.name;
}

async function operationsOf(
  session: Session,
  input: CommandInput,
  from: string | undefined,
): Promise<OperationRequest[]> {
  const removed = input.options['remove'];
  const deployed: OperationRequest[] = [];
  for (const text of input.args) deployed.push(await deployOf(session, text, from));
  return [
    ...deployed,
    ...(Array.isArray(removed) ? removed : []).map((application: string) => ({ kind: 'remove', application }) as const),
  ];
}

/** `catalog@1.4.0` is a version, `catalog@12` a build; `catalog` what `from` runs, or the newest build without it. */
async function deployOf(session: Session, text: string, from: string | undefined): Promise<OperationRequest> {
  const [application = '', version] = text.split('@');
  if (version !== undefined && /^\d+$/.test(version)) {
    const build = await findBuild(session, { application, number: version });
    return { kind: 'deploy', application, source: { kind: 'build', build: build.id } };
  }
  if (version !== undefined) return { kind: 'deploy', application, source: { kind: 'version', number: version } };
  const source =
    from === undefined ? ({ kind: 'latest' } as const) : ({ kind: 'environment', environment: from } as const);
  return { kind: 'deploy', application, source };
}

/** The impact with all of its findings, page by page. */
async function wholeImpact(
  session: Session,
  given: { readonly environment: string; readonly operations: OperationRequest[] },
): Promise<Impact> {
  let first: Impact | undefined;
  const findings = await listAll<Finding>(async (cursor) => {
    const page = await session.client.analyseImpact({
      params: { environment: given.environment },
      body: { operations: given.operations, ...pageQuery(cursor) },
    });
    first ??= page;
    return { items: page.findings, next: page.next };
  });
  if (first === undefined) throw new CommandError('the server gave no answer');
  return { ...first, findings: [...findings], next: null };
}

function impactLines(
  session: Session,
  { found, environment }: { readonly found: Impact; readonly environment: string },
): readonly string[] {
  const counted = `${count(found.errors, 'error')}, ${count(found.warnings, 'warning')}`;
  const head = `In ${environment}: ${found.changes.map(changeWords).join(', ')}`;
  if (found.findings.length === 0) return [head, 'Nothing was found that speaks against it.'];
  const next = found.errors > 0 ? ['What would mend it: the same command with --complete'] : [];
  return [head, ...found.findings.flatMap((each) => findingLines(session.terminal, each)), counted, ...next];
}

function completionLines(session: Session, found: Completion): readonly string[] {
  const remaining = found.remaining.flatMap((each) => findingLines(session.terminal, each));
  if (found.outcome !== 'complete')
    return [
      found.outcome === 'impossible'
        ? 'Nothing that is available would mend it:'
        : `Nothing was found in ${found.steps} tries; there may still be a way. So far:`,
      ...found.because.flatMap((each) => findingLines(session.terminal, each)),
    ];
  const head =
    found.operations.length === 0
      ? 'No reference breaks; nothing needs to be added.'
      : `With ${count(found.operations.length, 'further operation')} no reference breaks${found.proven ? '; fewer would not do' : ''}:`;
  return [
    head,
    ...found.operations.map((each) => `  ${changeWords(each)}`),
    ...(remaining.length === 0 ? [] : ['What remains:', ...remaining]),
  ];
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
