import type { ApplicationId, RolloutCommand, RolloutTarget, SiteId } from '@almanac/domain';

/** What a site is told of one application. */
export interface DesiredApplication {
  readonly application: ApplicationId;
  readonly name: string;
  /** Its files are brought, and nothing is switched. */
  readonly stageOnly: boolean;
  readonly target: RolloutTarget;
  readonly command: RolloutCommand | null;
}

/** What a site should look like. */
export interface SiteDocument {
  readonly site: SiteId;
  readonly incarnation: number;
  readonly generation: number;
  readonly applications: readonly DesiredApplication[];
}

export interface SignedDocument {
  readonly document: SiteDocument;
  /** Who signed it; only the control plane has the key of the control plane. */
  readonly signer: 'control plane' | 'somebody else';
}

export interface ReportedApplication {
  readonly application: ApplicationId;
  readonly operation: string;
  readonly phase: string;
  readonly message: string | null;
  /** The step that its rollout takes, and whether it waits there for a person. */
  readonly step: number | null;
  readonly waits: boolean;
}

export interface SiteReport {
  readonly incarnation: number;
  readonly generation: number;
  readonly applications: readonly ReportedApplication[];
}

export type ToSite =
  | { readonly kind: 'welcome' }
  | { readonly kind: 'desired'; readonly signed: SignedDocument }
  | { readonly kind: 'report-seen' };

export type ToServer =
  | { readonly kind: 'hello' }
  /** The connection lives, and there is nothing to report. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'report'; readonly sequence: number; readonly report: SiteReport };
