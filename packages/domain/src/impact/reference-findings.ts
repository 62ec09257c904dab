import type { ApplicationId } from '../identity/id.ts';
import type { Compatible } from './build-interface.ts';
import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import { type ChainLink, type Endpoint, type Finding, findingSeverities } from './finding.ts';
import { type Problem, remedyOf } from './remedy.ts';

export interface Presentation {
  readonly catalogue: Catalogue;
  readonly compatible: Compatible;
  /** Whether the plan changes an application. */
  readonly isPlanned: (application: ApplicationId) => boolean;
}

/** A problem of a reference as people and machines are told: with the way that leads to it, and what would mend it. */
export function referenceFinding(
  problem: Problem & { /** The change that it comes from. */ readonly cause: Change },
  presentation: Presentation,
): Finding {
  const { code, consumer, producer, contract, cause } = problem;
  const elements = problem.elements;
  const byConsumer = cause.application === consumer.application;
  return {
    code,
    severity: findingSeverities[code],
    application: code === 'consumer-remains' ? cause.application : consumer.application,
    consumer,
    producer,
    contract,
    elements,
    subject: null,
    site: null,
    chain: [
      { link: 'change', change: cause },
      { link: 'contract', contract, elements },
      ...(byConsumer ? producerLink(producer) : [consumerLink(consumer)]),
    ],
    remedy: remedyOf({ problem, ...presentation }),
  };
}

function consumerLink({ application, module }: Endpoint): ChainLink {
  return { link: 'consumer', application, module };
}

function producerLink(producer: Endpoint | null): readonly ChainLink[] {
  return producer === null ? [] : [{ link: 'producer', application: producer.application, module: producer.module }];
}

/** Two applications would provide a contract; `deployed` is the one that the plan brings. */
export function providedTwice(input: {
  readonly contract: string;
  readonly deployed: Endpoint;
  readonly other: Endpoint;
  readonly cause: Change;
  /** Whether the plan changes the other one, too. */
  readonly isPlanned: boolean;
}): Finding {
  const { contract, deployed, other, cause } = input;
  return {
    code: 'contract-provided-twice',
    severity: 'error',
    application: deployed.application,
    consumer: null,
    producer: deployed,
    contract,
    elements: [],
    subject: null,
    site: null,
    chain: [{ link: 'change', change: cause }, { link: 'contract', contract, elements: [] }, ...producerLink(other)],
    remedy: input.isPlanned ? null : { kind: 'remove', application: other.application },
  };
}
