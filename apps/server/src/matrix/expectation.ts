import type { Capability } from '@almanac/domain';
import type { At, Route, RouteObject } from '@almanac/protocol';
import { placeOf, type Variant } from './estate-for-matrix.ts';
import type { MatrixPrincipal } from './principals-for-matrix.ts';

/** How a request of the matrix is answered: it reaches its handler, or it does not. */
export type Outcome = 'reached' | 401 | 403 | 404;

type Application = 'shopfront' | 'strongroom';
type Environment = 'development' | 'production' | 'bunker';
const environments: readonly Environment[] = ['development', 'production', 'bunker'];

/** What must be answered, by what a route declares and by what the matrix says of somebody: nothing else is asked. */
export function expected(given: {
  readonly principal: MatrixPrincipal;
  readonly route: Route;
  readonly variant: Variant;
  readonly filled: ReadonlySet<At>;
}): Outcome {
  const { principal, route } = given;
  const door = atTheDoor(principal, route);
  if (door !== undefined) return door;
  const capability = route.permission.slice('capability:'.length) as Capability;
  for (const object of route.of ?? []) {
    const outcome = ofObject(object, { ...given, capability });
    if (outcome !== undefined) return outcome;
  }
  return 'reached';
}

/** What is decided before anything is looked at. */
function atTheDoor({ given, rights }: MatrixPrincipal, { permission }: Route): Outcome | undefined {
  if (['garbage', 'expired', 'revoked', 'deactivated'].includes(given.kind)) return 401;
  if (permission === 'public') return 'reached';
  if (given.kind === 'nobody') return 401;
  if (permission === 'builder' || permission === 'agent') return given.kind === permission ? 'reached' : 403;
  if (given.kind === 'builder' || given.kind === 'agent') return 403;
  if (permission === 'signed-in' || permission === 'arriving') return 'reached';
  if (permission === 'audit-reader') return rights.some((each) => each.startsWith('read-audit')) ? 'reached' : 403;
  if (permission.startsWith('right:')) {
    const held: readonly string[] = rights;
    return held.includes(permission.slice('right:'.length)) ? 'reached' : 403;
  }
  return undefined;
}

/** The refusal that an object leads to; undefined when it leads to none. */
function ofObject(
  object: RouteObject,
  given: {
    readonly principal: MatrixPrincipal;
    readonly capability: Capability;
    readonly variant: Variant;
    readonly filled: ReadonlySet<At>;
  },
): Outcome | undefined {
  if (object.kind === 'scope') return undefined;
  const { principal, variant, filled } = given;
  const asked = object.asks ?? given.capability;
  const named = Object.values(object).filter((each) => /^(params|query|body)\./.test(each)) as At[];
  const leading = leadOf(object);
  if (!filled.has(leading)) return undefined;
  if (variant === 'deleted' || variant === 'absent') return named.some((at) => filled.has(at)) ? 404 : undefined;
  const { application, environment } = placeOf[variant];
  const place = (where: Environment, capability: Capability) =>
    verdict(principal[application][where] ?? [], capability);
  const itself = (where: Environment, capability: Capability) =>
    capability === 'list' && listsIn(principal, where)
      ? undefined
      : verdict(principal.itself[where] ?? [], capability, listsIn(principal, where));
  const some = (capability: Capability) => anywhere(principal, { application, capability });
  switch (object.kind) {
    case 'environment':
      return itself(environment, asked);
    case 'site':
      return object.application === undefined
        ? itself(environment, asked)
        : (itself(environment, 'list') ?? place(environment, asked));
    case 'application':
      return object.in === 'some' ? some(asked) : everywhere(principal, { application, capability: asked });
    case 'applications':
    case 'build':
      return some(asked);
    case 'release':
      return some('list') ?? some(asked);
    case 'quarantine':
      return everywhere(principal, { application, capability: asked });
    case 'place':
    case 'hold':
      return itself(environment, 'list') ?? place(environment, asked);
    case 'operations':
      return itself(environment, 'list') ?? (filled.has(object.operations) ? place(environment, asked) : undefined);
    case 'hotfix':
      return place(environment, asked);
    case 'plan':
      return object.elsewhere === undefined
        ? place(environment, asked)
        : (place(environment, 'list') ?? itself(environment, 'list') ?? place(environment, asked));
  }
}

/** The place without which an object is not asked about. */
function leadOf(object: Exclude<RouteObject, { kind: 'scope' }>): At {
  switch (object.kind) {
    case 'operations':
      return object.plan ?? object.environment;
    case 'place':
      return object.application;
    case 'applications':
      return object.applications;
    case 'environment':
      return object.environment;
    case 'application':
      return object.application;
    case 'site':
      return object.site;
    case 'build':
      return object.build;
    case 'plan':
      return object.plan;
    case 'release':
      return object.release;
    case 'hotfix':
      return object.hotfix;
    case 'quarantine':
      return object.quarantine;
    case 'hold':
      return object.hold;
  }
}

function verdict(
  held: readonly Capability[],
  capability: Capability,
  listed = held.includes('list'),
): Outcome | undefined {
  if (held.includes(capability)) return undefined;
  return listed && capability !== 'list' ? 403 : 404;
}

/** Whether somebody lists anything in an environment, and so the environment. */
function listsIn(principal: MatrixPrincipal, where: Environment): boolean {
  return [principal.shopfront, principal.strongroom, principal.itself].some((held) => held[where]?.includes('list'));
}

interface Asked {
  readonly application: Application;
  readonly capability: Capability;
}

function anywhere(principal: MatrixPrincipal, { application, capability }: Asked): Outcome | undefined {
  const held = environments.flatMap((where) => principal[application][where] ?? []);
  return verdict(held, capability);
}

function everywhere(principal: MatrixPrincipal, { application, capability }: Asked): Outcome | undefined {
  const listed = anywhere(principal, { application, capability: 'list' }) === undefined;
  const missing = environments.find((where) => !(principal[application][where] ?? []).includes(capability));
  return missing === undefined ? undefined : listed ? 403 : 404;
}
