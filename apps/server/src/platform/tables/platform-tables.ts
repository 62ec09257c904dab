import type { ColumnType, Generated, JSONColumnType } from 'kysely';

/** `timestamptz`: read as a Date; a Date or the database's own `now()` when written. */
export type Time = ColumnType<Date, Date, Date>;
export type GeneratedTime = ColumnType<Date, Date | undefined, Date>;

export interface PlatformTables {
  readonly installation: {
    id: Generated<boolean>;
    incarnation: Generated<number>;
    /** The number of the set of signing keys. */
    keySet: Generated<number>;
    setupTokenHash: string | null;
    setUpAt: ColumnType<Date | null, never, Date>;
    restoredAt: ColumnType<Date | null, never, Date | null>;
    createdAt: GeneratedTime;
  };
  readonly outbox: {
    id: string;
    position: number | null;
    kind: string;
    subject: JSONColumnType<Record<string, string>>;
    at: GeneratedTime;
  };
  readonly outboxHead: { id: Generated<boolean>; position: number };
  readonly audit: {
    id: string;
    /** Place in the chain; null until it is sealed. */
    sequence: number | null;
    at: Time;
    actor: string;
    action: string;
    subject: string;
    detail: JSONColumnType<Record<string, unknown>>;
    beforeDigest: string | null;
    afterDigest: string | null;
    hash: string | null;
  };
  readonly auditHead: { id: Generated<boolean>; sequence: number; hash: string };
  readonly masterKeys: {
    generation: number;
    checkValue: string;
    state: 'coming' | 'current' | 'going';
    createdAt: GeneratedTime;
  };
  readonly wrappingKeys: {
    id: string;
    purpose: 'secrets' | 'fingerprints' | 'before-keyring';
    createdAt: GeneratedTime;
  };
  readonly wrappedKeys: { keyId: string; generation: number; wrapped: string };
  readonly idempotency: {
    actor: string;
    key: string;
    requestHash: string;
    status: number;
    response: JSONColumnType<{ sealed: string }>;
    at: GeneratedTime;
  };
}
