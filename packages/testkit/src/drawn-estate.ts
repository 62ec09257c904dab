import { createHash } from 'node:crypto';
import type { ApplicationId, BuildId, BuildInterface, EnvironmentId } from '@almanac/domain';

/**
 * A large estate that looks like real ones: few contracts that nearly everybody consumes and many that few do, modules
 * that provide much and many that provide nothing, later environments that are a step behind in some applications.
 * Equal seeds give equal estates, and each build is drawn for itself, so that nothing large is held.
 */
export interface DrawnEstate {
  readonly applications: readonly ApplicationId[];
  readonly environments: readonly EnvironmentId[];
  /** The builds of an application that are installed somewhere. */
  readonly buildsOf: (application: number) => readonly BuildInterface[];
  /** What an environment contains of an application, and all its applications beside it. */
  readonly installed: (environment: number, application: number) => BuildId;
  readonly compatible: (provided: string, builtAgainst: string) => boolean;
  /** Random numbers from 0 to 1 for whoever draws plans: the same again for the same name. */
  readonly random: (name: string) => () => number;
}

const modulesPerApplication = 10;
const providingModules = 3;
/** Of each module: how many contracts it consumes, and how many elements of each. */
const consumedContracts = 3;
const consumedElements = 7.8;
const environmentNames = ['development', 'test', 'quality', 'staging', 'production'];
/** In how many applications an environment is a step behind the one before. */
const behind = 0.12;
/** How often an element changes from one build to the next, and how often consumers cannot bear the change. */
const changing = 0.04;
const breaking = 0.03;

export function drawEstate(given: { readonly applications: number; readonly seed: number }): DrawnEstate {
  const id = (application: number) => `application-${application}` as ApplicationId;
  const buildOf = (application: number, age: number) => `${id(application)}-build-${oldest - age}` as BuildId;
  const ageIn = (environment: number, application: number): number => {
    let age = 0;
    for (let step = 1; step <= environment; step += 1)
      if (chance(`${given.seed} behind ${application} ${step}`) < behind) age += 1;
    return age;
  };
  const contracts = given.applications * providingModules;
  const draw = (application: number, age: number): BuildInterface => ({
    build: buildOf(application, age),
    application: id(application),
    number: oldest - age,
    provides: Array.from({ length: providingModules }, (_, module) => {
      const contract = application * providingModules + module;
      return {
        module: `module-${module}`,
        contract: nameOf(contract),
        elements: Array.from({ length: sizeOf(given.seed, contract) }, (_each, element) => ({
          key: keyOf(contract, element),
          fingerprint: fingerprintOf(given.seed, { contract, element, age }),
        })),
      };
    }),
    consumes: Array.from({ length: modulesPerApplication }, (_, module) => {
      const random = stream(`${given.seed} module ${application} ${module}`);
      const chosen = new Set(Array.from({ length: consumedContracts }, () => Math.floor(contracts * random() ** 3)));
      return [...chosen].map((contract) => {
        const size = sizeOf(given.seed, contract);
        const count = Math.min(size, 1 + Math.floor(random() * (2 * consumedElements - 1)));
        const elements = new Set(Array.from({ length: count }, () => Math.floor(size * random() ** 1.5)));
        return {
          module: `module-${module}`,
          contract: nameOf(contract),
          elements: [...elements].map((element) => ({
            key: keyOf(contract, element),
            builtAgainst: fingerprintOf(given.seed, { contract, element, age }),
          })),
        };
      });
    }).flat(),
  });
  return {
    applications: Array.from({ length: given.applications }, (_, application) => id(application)),
    environments: environmentNames as unknown as readonly EnvironmentId[],
    buildsOf: (application) => {
      const ages = new Set(environmentNames.map((_, environment) => ageIn(environment, application)));
      return [...ages].map((age) => draw(application, age));
    },
    installed: (environment, application) => buildOf(application, ageIn(environment, application)),
    compatible: (provided, builtAgainst) => chance(`${provided} ${builtAgainst}`) >= breaking,
    random: (name) => stream(`${given.seed} ${name}`),
  };
}

/** Builds count from 1; the newest has age 0. */
const oldest = environmentNames.length;

function nameOf(contract: number): string {
  return `contract-${contract}`;
}

function keyOf(contract: number, element: number): string {
  return element % 3 === 0 ? `GET /resources-${contract}/{}/${element}` : `POST /resources-${contract}/${element}`;
}

/** From 3 to 60 elements, few contracts with many. */
function sizeOf(seed: number, contract: number): number {
  return Math.min(60, Math.floor(3 / Math.sqrt(1 - 0.997 * chance(`${seed} size ${contract}`))));
}

/** The fingerprint of an element as a build of this age has it: another one after each change. */
function fingerprintOf(
  seed: number,
  at: { readonly contract: number; readonly element: number; readonly age: number },
): string {
  let revision = 0;
  for (let age = oldest - 1; age >= at.age; age -= 1)
    if (chance(`${seed} change ${at.contract} ${at.element} ${age}`) < changing) revision += 1;
  return createHash('sha256').update(`${seed} ${at.contract} ${at.element} ${revision}`).digest('hex');
}

/** A number from 0 to 1 that belongs to a text: FNV-1a, and the finaliser of MurmurHash3 to spread it. */
function chance(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A stream of such numbers: mulberry32 (Ettinger, public domain). */
function stream(name: string): () => number {
  let state = Math.floor(chance(name) * 2 ** 32);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
