import type { Time } from '#platform/tables';

export interface AuditTables {
  readonly auditCheckpoints: {
    sequence: number;
    hash: string;
    at: Time;
    keyId: string;
    signature: string;
    deliveredAt: Date | null;
  };
}
