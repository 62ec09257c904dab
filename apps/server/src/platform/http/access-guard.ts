import {
  type AccessScope,
  type Actor,
  type ApplicationId,
  type Capability,
  DomainError,
  type EnvironmentId,
} from '@almanac/domain';
import type { Route } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '../../tables.ts';
import type { ParsedParts } from './parse-request.ts';

/** A refusal because of who asks: that something is not there is none, even where it is answered with the same words. */
export class AccessRefused extends DomainError {}

/** What is asked while a request is dealt with: of what turned out only then, such as the applications of a plan. */
export interface LateQuestion {
  readonly capability: Capability;
  readonly environment: EnvironmentId;
  readonly applications: readonly ApplicationId[];
}

/** What whoever asks may do, for as long as one request or command goes. */
export interface Access {
  /** Where they hold a capability. */
  readonly scopeOf: (capability: Capability) => AccessScope;
  /**
   * Asks for more than the route did.
   *
   * @throws {DomainError} `not-permitted`, or `not-found` of what may not even be listed
   */
  readonly ask: (db: Kysely<Tables>, question: LateQuestion) => Promise<void>;
}

/** Decides about requests; the feature that knows where objects are found provides it. */
export interface AccessGuard {
  /**
   * Whether somebody may use a route at all; decided before the request is read.
   *
   * @throws {DomainError} `not-signed-in` or `not-permitted`
   */
  readonly admit: (actor: Actor, route: Route) => void;
  /**
   * Finds every object that a request names, and asks for it as the route declares.
   *
   * @throws {DomainError} `not-permitted`, or `not-found` of what is not there or may not be listed
   */
  readonly decide: (
    db: Kysely<Tables>,
    asked: { readonly actor: Actor; readonly route: Route; readonly parsed: ParsedParts },
  ) => Promise<void>;
  readonly accessOf: (actor: Actor) => Access;
  /** Whether somebody may see and do what they could before: what changed since is none of theirs. */
  readonly isSame: (before: Actor, now: Actor) => boolean;
}
