import { z } from 'zod';
import { branchName, commitHash, id, reference, timestamp } from '../primitives.ts';
import { route } from '../route.ts';
import { policyScope } from './policy-scope.ts';

/** A file in a repository from which a policy is read: a valid new content becomes the next version. */
export const followedPolicy = z
  .object({
    id: id<'followed-policy'>(),
    scope: policyScope,
    repository: z.string(),
    branch: z.string(),
    path: z.string(),
    /** The commit that was looked at last; null before the first. */
    commit: commitHash.nullable(),
    lookedAt: timestamp.nullable(),
    /** Why what is there was not taken over, when it was not; the version before stays in force. */
    fault: z
      .object({
        detail: z.string(),
        /** Places in the file, where its content is what is wrong. */
        faults: z.array(z.object({ path: z.string(), line: z.int(), column: z.int(), detail: z.string() })),
      })
      .nullable(),
    followedBy: z.string(),
    followedAt: timestamp,
  })
  .meta({ id: 'FollowedPolicy' });
export type FollowedPolicy = z.output<typeof followedPolicy>;

const filePath = z
  .string()
  .min(1)
  .max(400)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'is a path inside the repository');

export const followedPolicyRoutes = {
  followPolicy: route({
    method: 'PUT',
    path: '/policies/following',
    summary: 'Reads a policy from a file of a repository from now on; nobody sets it by hand meanwhile',
    permission: 'right:manage-environments',
    audit: 'policy-followed',
    body: z.strictObject({
      scope: policyScope,
      from: z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('repository'),
          repository: z.string().min(1).max(1000),
          branch: branchName.default('main'),
        }),
        /** The repository of an application, at its branch unless another is named. */
        z.strictObject({
          kind: z.literal('application'),
          application: reference,
          branch: branchName.optional(),
        }),
      ]),
      path: filePath,
    }),
    response: followedPolicy,
  }),
  unfollowPolicy: route({
    method: 'DELETE',
    path: '/policies/following/:following',
    summary: 'Reads a policy from its repository no more; what holds stays, and is set by hand from now on',
    permission: 'right:manage-environments',
    audit: 'policy-unfollowed',
    params: z.object({ following: id<'followed-policy'>() }),
  }),
} as const;
