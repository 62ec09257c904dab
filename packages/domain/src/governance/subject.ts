import type { BuildId } from '../identity/id.ts';
import type { Freeze } from './freeze.ts';
import type { Found } from './obstacle.ts';
import type { Requirements } from './policy.ts';

/** Somebody's word on what a plan contained at that time. */
export interface Approval {
  readonly by: string;
  readonly role: string;
  readonly teams: readonly string[];
  /** Digest of the content that was approved. */
  readonly content: string;
}

/** A rule that was set aside for one content, by somebody with that right, for a reason. */
export interface Exemption {
  /** A finding, `code application`, or `calendar`: freezes and windows. */
  readonly subject: string;
  readonly content: string;
}

/** A build that is to be deployed, with what is known of it. */
export interface Candidate {
  readonly application: string;
  readonly build: BuildId;
  readonly label: string;
  readonly builtAt: number;
  readonly tests: { readonly passed: number; readonly failed: number } | null;
  /** How long it ran in the environment before; null when it never did. See `soakOf`. */
  readonly soak: { readonly longest: number; readonly runsSince: number | null } | null;
}

/** What asks for a place in an environment: a plan, or a version about which somebody only asks. */
export interface Subject {
  /** People who composed or edited it. */
  readonly authors: readonly string[];
  /** Digest of the content; approvals and exemptions of any other content are void. */
  readonly content: string;
  readonly approvals: readonly Approval[];
  readonly exemptions: readonly Exemption[];
  /** Codes of findings that were confirmed. */
  readonly confirmed: readonly string[];
  readonly startAt: number | null;
  readonly hotfix: boolean;
  readonly candidates: readonly Candidate[];
  readonly findings: readonly Found[];
}

export interface Quarantine {
  readonly build: BuildId;
  readonly reason: string;
  readonly by: string;
}

/** What holds in the environment in question. */
export interface GovernanceFacts {
  readonly environment: string;
  /** The environment before it on the path; null at its beginning. */
  readonly previous: string | null;
  readonly requirements: Requirements;
  readonly freezes: readonly Freeze[];
  readonly quarantines: readonly Quarantine[];
}
