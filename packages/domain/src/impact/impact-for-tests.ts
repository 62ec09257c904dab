import fc from 'fast-check';
import type { ApplicationId, BuildId, EnvironmentId } from '../identity/id.ts';
import type { BuildInterface, Compatible, ConsumedContract, ProvidedContract } from './build-interface.ts';
import type { Change } from './change.ts';

export const environmentId = (name: string) => name as EnvironmentId;
export const applicationId = (name: string) => name as ApplicationId;
export const buildId = (name: string) => name as BuildId;

/** A contract as tests write it: `{ 'GET /a': '1' }`, elements with their fingerprints. */
type Elements = Readonly<Record<string, string>>;

/** A build such as `catalog@2`, with what it provides and consumes by contract; null is a contract by its name alone. */
export function aBuild(
  label: `${string}@${number}`,
  given: {
    readonly provides?: Readonly<Record<string, Elements | null>>;
    readonly consumes?: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
  } = {},
): BuildInterface {
  const [application = '', number] = label.split('@');
  return {
    build: buildId(label),
    application: applicationId(application),
    number: Number(number),
    provides: Object.entries(given.provides ?? {}).map(
      ([contract, elements]): ProvidedContract => ({
        module: 'api',
        contract,
        elements:
          elements === null
            ? null
            : Object.entries(elements).map(([key, fingerprint]) => ({
                key,
                fingerprint: fingerprintOf(contract, fingerprint),
              })),
      }),
    ),
    consumes: Object.entries(given.consumes ?? {}).map(
      ([contract, elements]): ConsumedContract => ({
        module: 'web',
        contract,
        elements: Object.entries(elements).map(([key, builtAgainst]) => ({
          key,
          builtAgainst: builtAgainst === null ? null : fingerprintOf(contract, builtAgainst),
        })),
      }),
    ),
  };
}

/** A digest that says what it stands for: the contract's name in front, the word for the content at the end. */
export function fingerprintOf(contract: string, content: string): string {
  const hex = Array.from(contract, (letter) => letter.charCodeAt(0).toString(16)).join('');
  return hex.padEnd(64 - content.length, '0') + content;
}

export const deploy = (label: string): Change => ({
  kind: 'deploy',
  application: applicationId(label.split('@')[0] ?? ''),
  build: buildId(label),
});
export const remove = (application: string): Change => ({ kind: 'remove', application: applicationId(application) });
export const configure = (application: string): Change => ({
  kind: 'configure',
  application: applicationId(application),
});

/** Fingerprints that differ by at most one are compatible in one direction: what is provided is the larger. */
export const compatible: Compatible = (provided, builtAgainst) => {
  const last = (fingerprint: string) => Number(fingerprint.slice(-8));
  return last(provided) >= last(builtAgainst) && last(provided) - last(builtAgainst) <= 1;
};

const contracts = ['c1', 'c2', 'c3', 'c4'];
const keys = ['x', 'y', 'z'];
const fingerprint = fc.integer({ min: 1, max: 4 }).map(String);

const elements = (value: fc.Arbitrary<string | null>) =>
  fc
    .array(fc.tuple(fc.constantFrom(...keys), value), { maxLength: keys.length })
    .map((pairs) => Object.fromEntries(pairs) as Record<string, string>);

const contents = fc.record({
  provides: fc
    .array(
      fc.tuple(
        fc.constantFrom(...contracts),
        fc.oneof({ weight: 9, arbitrary: elements(fingerprint) }, { weight: 1, arbitrary: fc.constant(null) }),
      ),
      { maxLength: 2 },
    )
    .map((pairs) => Object.fromEntries(pairs)),
  consumes: fc
    .array(
      fc.tuple(
        fc.constantFrom(...contracts),
        elements(fc.oneof({ weight: 6, arbitrary: fingerprint }, { weight: 1, arbitrary: fc.constant(null) })),
      ),
      { maxLength: 3 },
    )
    .map((pairs) => Object.fromEntries(pairs)),
});

/** A few applications with some builds each, between which anything may be wrong. */
export const someBuilds = (applications: readonly string[]): fc.Arbitrary<readonly BuildInterface[]> =>
  fc
    .tuple(...applications.map(() => fc.array(contents, { minLength: 1, maxLength: 3 })))
    .map((all) =>
      all.flatMap((builds, at) =>
        builds.map((each, number) => aBuild(`${applications[at] ?? ''}@${number + 1}`, each)),
      ),
    );

/**
 * Applications that each provide a contract of their own and consume those of some others; the builds of one age fit
 * each other, so that a step of one asks for steps of several.
 */
export const tidyBuilds = (applications: readonly string[]): fc.Arbitrary<readonly BuildInterface[]> => {
  const consumers = (own: string) =>
    fc.array(fc.constantFrom(...applications.filter((each) => each !== own)), { maxLength: 2 });
  const steps = fc.array(fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: 1 })), { minLength: 2, maxLength: 3 });
  return fc.tuple(...applications.map((own) => fc.tuple(fc.constant(own), consumers(own), steps))).map((all) =>
    all.flatMap(([own, consumed, ages]) =>
      ages.map(([provided, needed], at) =>
        aBuild(`${own}@${at + 1}`, {
          provides: { [own]: { x: String(2 * at + provided) } },
          consumes: Object.fromEntries(consumed.map((each) => [each, { x: String(2 * at + needed) }])),
        }),
      ),
    ),
  );
};
