import type { CommitRecord, Evidence, JobFault as JobFaultDocument } from '@almanac/protocol';

/** Ends a job without success; carries what the server is told. */
export class JobFault extends Error {
  readonly fault: JobFaultDocument;
  readonly evidence: readonly Evidence[];

  constructor(
    fault: JobFaultDocument,
    options: { readonly evidence?: readonly Evidence[]; readonly cause?: unknown } = {},
  ) {
    super(fault.detail, { cause: options.cause });
    this.name = 'JobFault';
    this.fault = fault;
    this.evidence = options.evidence ?? [];
  }
}

/** The input said no: trying again without a change would fail again. */
export function failed(
  code: JobFaultDocument['code'],
  detail: string,
  more: Partial<Pick<JobFaultDocument, 'module' | 'faults'>> = {},
): JobFault {
  return new JobFault({ outcome: 'failed', code, detail, ...more });
}

/** What is known of a build when it ends badly, so that it is shown with its commit all the same. */
export interface Progress {
  commit?: string;
  commits: readonly CommitRecord[];
}
