import type { Time } from '#platform/tables';

export interface SigningKeysTables {
  readonly signingKeys: {
    keyId: string;
    number: number;
    publicKey: string;
    /** The private part as a secret; null once it is retired. */
    envelope: string | null;
    createdAt: Time;
    createdBy: string;
    retiredAt: Date | null;
    retiredBy: string | null;
  };
}
