import { Command, CommanderError } from 'commander';
import type { CommandDefinition } from './command.ts';
import { groups, topLevel } from './commands/index.ts';
import { exitCodes } from './exit-codes.ts';
import { reportError } from './output/report-error.ts';
import type { Terminal } from './output/terminal.ts';
import { type GlobalOptions, openSession } from './session.ts';
import { cliVersion } from './version.ts';

const codes = `
Exit status: 0 done · 1 a build or plan failed · 2 wrong usage · 3 not signed in · 4 not permitted · 5 not found ·
6 conflict · 7 changed meanwhile · 8 too much · 9 no connection · 70 a defect of ours`;

/** Runs one command line; gives the exit status. */
export async function runProgram(input: {
  readonly argv: readonly string[];
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
}): Promise<number> {
  const { argv, terminal, environment } = input;
  const [first] = argv;
  if (first === '--version') {
    terminal.print(cliVersion);
    return exitCodes.ok;
  }
  if (first === 'agent') return (await import('./commands/hand-over.ts')).handOver('agent', argv.slice(1));
  if (first === 'allow-lists') return (await import('./commands/hand-over.ts')).handOver('allow-lists', argv.slice(1));
  if (first === 'keys') return (await import('./commands/hand-over.ts')).handOver('keys', argv.slice(1));
  if (first === 'backup' || first === 'restore')
    return (await import('./commands/hand-over.ts')).handOver('maintenance', argv);
  let status: number = exitCodes.ok;
  const run = (definition: CommandDefinition) => async (command: Command) => {
    const options = command.optsWithGlobals();
    const session = openSession({ options: options as GlobalOptions, terminal, environment });
    status = await definition.run(session, {
      args: command.processedArgs.flat().filter((each) => each !== undefined),
      options,
    });
  };
  const program = describe(terminal);
  await fill({ program, wanted: first, run });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return reportError(error, terminal);
  }
}

function describe(terminal: Terminal): Command {
  return configured(new Command('almanac'), terminal)
    .description('Take applications from a commit to production and round again.')
    .option('--server <url>', 'the server (ALMANAC_SERVER; http://127.0.0.1:7400)')
    .option('--token <token>', 'an API token (ALMANAC_TOKEN)')
    .option('--json', 'print documents of the API instead of text for people')
    .helpCommand(false)
    .addHelpText(
      'after',
      `\nalmanac agent run --server URL --token TOKEN   runs the agent of a site on this machine
almanac backup DIR · almanac restore DIR       on the server's machine: takes a backup, puts it in place
almanac keys rotate                            on the server's machine: a new master key for the secrets
almanac allow-lists clear                      on the server's machine: the way back in for whoever is locked out
almanac --version                              the version of this command line; almanac about says the server's\n${codes}`,
    );
}

function configured(command: Command, terminal: Terminal): Command {
  return command
    .exitOverride()
    .showHelpAfterError('(add --help for what it takes)')
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.printError(text.trimEnd()),
    });
}

type Run = (definition: CommandDefinition) => (command: Command) => Promise<void>;

/** Adds the command that was asked for, or all of them where help or an unknown word was. */
async function fill(input: {
  readonly program: Command;
  readonly wanted: string | undefined;
  readonly run: Run;
}): Promise<void> {
  const { program, wanted, run } = input;
  const known = wanted !== undefined && (wanted in topLevel || groups.some((group) => group.name === wanted));
  for (const [name, load] of Object.entries(topLevel)) {
    if (!known || name === wanted) addCommand({ parent: program, definition: await load(), run });
  }
  for (const group of groups) {
    if (known && group.name !== wanted) continue;
    const command = program.command(group.name).description(group.summary).helpCommand(false);
    command.copyInheritedSettings(program);
    for (const definition of await group.load()) addCommand({ parent: command, definition, run });
  }
}

function addCommand(input: {
  readonly parent: Command;
  readonly definition: CommandDefinition;
  readonly run: Run;
}): void {
  const { parent, definition } = input;
  const command = parent.command(definition.usage).description(definition.summary);
  command.copyInheritedSettings(parent);
  for (const [flags, description, fallback] of definition.options ?? []) command.option(flags, description, fallback);
  command.addHelpText('after', `\nExamples:\n${definition.examples.map((each) => `  ${each}`).join('\n')}`);
  command.action(() => input.run(definition)(command));
}
