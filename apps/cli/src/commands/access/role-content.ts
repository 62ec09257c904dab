import { type AccessLevel, accessLevels, type Capability, capabilities, type Right, rights } from '@almanac/domain';
import { environmentType } from '@almanac/protocol';
import { type CommandInput, listOption, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';

/** Options by which a role is described; each `<capabilities>` is a list with commas, or `level:` and its name. */
export const roleOptions = [
  ['--in <environment=capabilities...>', 'what it holds in single environments'],
  [
    '--of-type <type=capabilities...>',
    `what it holds in environments of a type: ${environmentType.options.join(', ')}`,
  ],
  ['--elsewhere <capabilities>', 'what it holds in all others'],
  ['--rights <rights>', `rights of the installation: ${rights.join(', ')}`],
  ['--display-name <text>', 'how it is shown'],
] as const;

/** What was said of a role; what was not said is left out. */
export function roleContent(input: CommandInput) {
  const inEnvironments = listOption(input, 'in').map(pairOf);
  const inTypes = listOption(input, 'ofType').map(pairOf);
  const [elsewhere, given, displayName] = ['elsewhere', 'rights', 'displayName'].map((each) => textOption(input, each));
  const unknown = inTypes.find(([type]) => !environmentType.safeParse(type).success);
  if (unknown !== undefined) throw new CommandError(`--of-type names one of ${environmentType.options.join(', ')}`);
  return {
    ...(inEnvironments.length === 0 ? {} : { environments: Object.fromEntries(inEnvironments) }),
    ...(inTypes.length === 0 ? {} : { types: Object.fromEntries(inTypes) }),
    ...(elsewhere === undefined ? {} : { elsewhere: capabilitiesOf(elsewhere) }),
    ...(given === undefined ? {} : { rights: rightsOf(given) }),
    ...(displayName === undefined ? {} : { displayName }),
  };
}

function pairOf(text: string): readonly [string, Capability[]] {
  const at = text.indexOf('=');
  if (at < 1)
    throw new CommandError(`${text}: say the environment or type, =, and capabilities: production=list,deploy`);
  return [text.slice(0, at), capabilitiesOf(text.slice(at + 1))];
}

function capabilitiesOf(text: string): Capability[] {
  return wordsOf(text).flatMap((word) => {
    if (!word.startsWith('level:')) return [oneOf(capabilities, word)];
    const level = oneOf(Object.keys(accessLevels) as AccessLevel[], word.slice('level:'.length));
    return [...accessLevels[level]];
  });
}

function rightsOf(text: string): Right[] {
  return wordsOf(text).map((word) => oneOf(rights, word));
}

/** Nothing, as in `production=`, is an empty set and not one unnamed word. */
function wordsOf(text: string): readonly string[] {
  return text.split(',').filter((word) => word !== '');
}

function oneOf<Word extends string>(all: readonly Word[], word: string): Word {
  const found = all.find((each) => each === word);
  if (found === undefined) throw new CommandError(`${word}: say one of ${all.join(', ')}`);
  return found;
}
