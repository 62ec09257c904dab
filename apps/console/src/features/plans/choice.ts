import type { Id } from '@almanac/domain';
import type { operationRequest, RolloutStrategy } from '@almanac/protocol';
import type { z } from 'zod';
import type { ComposeSource } from './compose-source.ts';

/** What becomes of one application when a plan is composed. */
export type Choice =
  | { readonly kind: 'leave' }
  /** What the source environment runs. */
  | { readonly kind: 'source' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'version'; readonly number: string }
  | { readonly kind: 'build'; readonly build: Id<'build'> }
  /** The newest build gets a version number; the suggested one where none is given. */
  | { readonly kind: 'tag'; readonly number: string | null }
  | { readonly kind: 'configure' }
  | { readonly kind: 'remove' };

/** Choices by the name of the application. */
export type Choices = ReadonlyMap<string, Choice>;

export type OperationRequest = z.input<typeof operationRequest>;

/** Choices as they stand in an address: `orders=source,storefront=version:1.2.0`. */
export function encodeChoices(choices: Choices): string | undefined {
  if (choices.size === 0) return undefined;
  return [...choices].map(([application, choice]) => `${application}=${encodeChoice(choice)}`).join(',');
}

/** Reads choices from an address; whatever is no choice is left out, since addresses are written by hand too. */
export function decodeChoices(text: string | undefined): Choices {
  const choices = new Map<string, Choice>();
  for (const part of (text ?? '').split(',')) {
    const [application, written] = part.split('=');
    const choice = written === undefined ? undefined : decodeChoice(written);
    if (application !== undefined && application !== '' && choice !== undefined) choices.set(application, choice);
  }
  return choices;
}

function encodeChoice(choice: Choice): string {
  switch (choice.kind) {
    case 'version':
      return `version:${choice.number}`;
    case 'build':
      return `build:${choice.build}`;
    case 'tag':
      return choice.number === null ? 'tag' : `tag:${choice.number}`;
    default:
      return choice.kind;
  }
}

function decodeChoice(written: string): Choice | undefined {
  const [kind, detail] = written.split(':');
  switch (kind) {
    case 'leave':
    case 'source':
    case 'latest':
    case 'configure':
    case 'remove':
      return { kind };
    case 'version':
      return detail === undefined || detail === '' ? undefined : { kind, number: detail };
    case 'build':
      // A key that is none is refused by the server, with words.
      return detail === undefined || detail === '' ? undefined : { kind, build: detail as Id<'build'> };
    case 'tag':
      return { kind, number: detail === undefined || detail === '' ? null : detail };
    default:
      return undefined;
  }
}

/** With one choice made anew; leaving an application alone takes its choice away, unless everything else is taken. */
export function choose(
  choices: Choices,
  made: { readonly application: string; readonly choice: Choice; readonly everything: boolean },
): Choices {
  const next = new Map(choices);
  if (made.choice.kind === 'leave' && !made.everything) next.delete(made.application);
  else next.set(made.application, made.choice);
  return next;
}

/** The operation that a choice asks for; undefined for one that says nothing to the server. */
export function requestOf(input: {
  readonly application: string;
  readonly choice: Choice;
  readonly source: ComposeSource | undefined;
  readonly settings: Readonly<Record<string, string>> | undefined;
  /** How it takes over this time; undefined as usual. */
  readonly rollout?: RolloutStrategy | undefined;
}): OperationRequest | undefined {
  const { application, choice } = input;
  const given = {
    ...(input.settings === undefined ? {} : { settings: { ...input.settings } }),
    ...(input.rollout === undefined ? {} : { rollout: input.rollout }),
  };
  const deploy = (source: DeploySource): OperationRequest => ({
    kind: 'deploy',
    application,
    source,
    ...given,
  });
  switch (choice.kind) {
    case 'leave':
    case 'remove':
      return { kind: choice.kind, application };
    case 'configure':
      return { kind: 'configure', application, ...given };
    case 'source':
      return fromSource(input.source, application, deploy);
    case 'latest':
      return deploy({ kind: 'latest' });
    case 'version':
      return deploy({ kind: 'version', number: choice.number });
    case 'build':
      return deploy({ kind: 'build', build: choice.build });
    case 'tag':
      return deploy({ kind: 'tag', ...(choice.number === null ? {} : { number: choice.number }) });
  }
}

type DeploySource = Extract<OperationRequest, { kind: 'deploy' }>['source'];

/** What the source has of an application: what an environment runs, or the version that a release names. */
function fromSource(
  source: ComposeSource | undefined,
  application: string,
  deploy: (source: DeploySource) => OperationRequest,
): OperationRequest | undefined {
  if (source === undefined) return undefined;
  if (source.kind === 'environment') return deploy({ kind: 'environment', environment: source.environment.name });
  const version = source.release.versions.find((each) => each.application.name === application);
  return version === undefined ? undefined : deploy({ kind: 'version', number: version.number });
}
