import type { ApplicationId, BuildId } from '../identity/id.ts';
import type { Compatible, ConsumedElement } from './build-interface.ts';
import type { Catalogue } from './catalogue.ts';
import type { Endpoint, FindingCode, Remedy } from './finding.ts';

/** A finding about a reference, before it is known how to mend it. */
export interface Problem {
  readonly code: FindingCode;
  readonly consumer: Endpoint & { readonly build: BuildId };
  readonly producer: Endpoint | null;
  readonly contract: string;
  readonly elements: readonly string[];
}

export interface RemedyInput {
  readonly problem: Problem;
  readonly catalogue: Catalogue;
  readonly compatible: Compatible;
  /** Applications that the plan changes already: what they become was decided by a person. */
  readonly isPlanned: (application: ApplicationId) => boolean;
}

/** The one further operation that would mend a problem, from the builds that are known; null when there is none. */
export function remedyOf(input: RemedyInput): Remedy | null {
  const { problem, isPlanned } = input;
  const { consumer } = problem;
  switch (problem.code) {
    case 'consumer-remains':
      return isPlanned(consumer.application) ? null : { kind: 'remove', application: consumer.application };
    case 'producer-missing':
    case 'contract-missing':
      return deployOf(
        input,
        input.catalogue.providing(problem.contract).find((build) => wouldServe(input, build)),
      );
    case 'element-missing':
    case 'element-incompatible':
      return otherProducer(input) ?? otherConsumer(input);
    case 'consumer-outdated':
      return deployOf(input, refreshedConsumer(input));
    case 'newer-producer':
      return deployOf(input, newerProducer(input));
    default:
      return null;
  }
}

function deployOf({ catalogue }: RemedyInput, build: BuildId | undefined): Remedy | null {
  return build === undefined ? null : { kind: 'deploy', application: catalogue.applicationOf(build), build };
}

/** Whether a build of an application that the plan leaves alone has all that the consumer needs of the contract. */
function wouldServe(input: RemedyInput, build: BuildId): boolean {
  const { problem, catalogue } = input;
  if (input.isPlanned(catalogue.applicationOf(build))) return false;
  return serves(input, { build, needs: catalogue.consumed(problem.consumer.build, problem.contract) });
}

function serves(
  { catalogue, compatible, problem }: RemedyInput,
  given: { readonly build: BuildId; readonly needs: readonly ConsumedElement[] },
): boolean {
  return given.needs.every(({ key, builtAgainst }) => {
    const provided = catalogue.provided(given.build, problem.contract, key);
    if (provided === undefined) return false;
    return (
      provided === null || builtAgainst === null || provided === builtAgainst || compatible(provided, builtAgainst)
    );
  });
}

function otherProducer(input: RemedyInput): Remedy | null {
  const { catalogue, problem } = input;
  const { producer } = problem;
  if (producer === null || input.isPlanned(producer.application)) return null;
  const others = catalogue.buildsOf(producer.application).filter((build) => build !== producer.build);
  return deployOf(
    input,
    others.find((build) => wouldServe(input, build)),
  );
}

/** Another build of the consumer that is content with what will be provided; one without the contract is, too. */
function otherConsumer(input: RemedyInput): Remedy | null {
  const { catalogue, problem } = input;
  const { consumer, producer } = problem;
  const { build: provider } = producer ?? {};
  if (provider == null || input.isPlanned(consumer.application)) return null;
  const others = catalogue.buildsOf(consumer.application).filter((build) => build !== consumer.build);
  return deployOf(
    input,
    others.find((build) => serves(input, { build: provider, needs: catalogue.consumed(build, problem.contract) })),
  );
}

/** The newest later build of the consumer that was built against exactly what will be provided. */
function refreshedConsumer({ problem, catalogue, isPlanned }: RemedyInput): BuildId | undefined {
  const { consumer, producer, contract } = problem;
  const { build: provider } = producer ?? {};
  if (provider == null || isPlanned(consumer.application)) return undefined;
  return catalogue.buildsOf(consumer.application).find((build) => {
    if (catalogue.numberOf(build) <= catalogue.numberOf(consumer.build)) return false;
    const needs = catalogue.consumed(build, contract);
    return problem.elements.every((key) => {
      const own = needs.filter((each) => each.key === key);
      return own.length > 0 && own.every((each) => each.builtAgainst === catalogue.provided(provider, contract, key));
    });
  });
}

/** The newest later build of the producer that provides exactly what the consumer was built against. */
function newerProducer({ problem, catalogue, isPlanned }: RemedyInput): BuildId | undefined {
  const { consumer, producer, contract } = problem;
  const { build: provider } = producer ?? {};
  if (producer === null || provider == null || isPlanned(producer.application)) return undefined;
  const needs = catalogue
    .consumed(consumer.build, contract)
    .filter((each) => problem.elements.includes(each.key) && each.builtAgainst !== null);
  return catalogue.buildsOf(producer.application).find((build) => {
    if (catalogue.numberOf(build) <= catalogue.numberOf(provider)) return false;
    return needs.every((each) => catalogue.provided(build, contract, each.key) === each.builtAgainst);
  });
}
