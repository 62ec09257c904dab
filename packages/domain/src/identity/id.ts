declare const kind: unique symbol;

/** A stable key (UUIDv7) of one kind of entity; kinds cannot be confused at compile time. */
export type Id<Kind extends string> = string & { readonly [kind]: Kind };

export type ApplicationId = Id<'application'>;
export type BuildId = Id<'build'>;
export type EnvironmentId = Id<'environment'>;
export type SiteId = Id<'site'>;
export type PlanId = Id<'plan'>;
export type OperationId = Id<'operation'>;
export type VersionId = Id<'version'>;
export type ReleaseId = Id<'release'>;
export type PrincipalId = Id<'principal'>;
export type RoleId = Id<'role'>;
export type TeamId = Id<'team'>;
export type JobId = Id<'job'>;
export type InspectionId = Id<'inspection'>;
export type ApiTokenId = Id<'api-token'>;
export type SessionId = Id<'session'>;
export type PasskeyId = Id<'passkey'>;
export type SubscriptionId = Id<'subscription'>;
export type NotificationId = Id<'notification'>;
export type HotfixId = Id<'hotfix'>;
export type DeliveryId = Id<'delivery'>;

/** SHA-256 of content, as `sha256:` and 64 hexadecimal digits. */
export type Digest = `sha256:${string}`;

/**
 * Makes a UUIDv7 (RFC 9562 section 5.7) from a time in milliseconds since the epoch and ten random bytes,
 * both given by the caller, so that this stays pure.
 */
export function uuidV7(input: { readonly milliseconds: number; readonly random: Uint8Array }): string {
  const bytes = new Uint8Array(16);
  let rest = input.milliseconds;
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(input.random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
