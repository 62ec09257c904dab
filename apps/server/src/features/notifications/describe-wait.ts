import { type ApplicationId, askedOf, type EnvironmentId } from '@almanac/domain';
import { findWait } from '#features/rollouts';
import type { FeedEvent } from '#platform/events';
import type { CommandContext } from '#platform/http';
import { shortened } from './notification-content.ts';
import type { Happening } from './write-notification.ts';

/** A rollout that began to wait for a person: what is asked of whom, until when, and where. */
export async function describeWait(context: CommandContext, event: FeedEvent): Promise<Happening | undefined> {
  const { environment, application, operation, wait } = event.subject;
  if (environment === undefined || application === undefined || operation === undefined || wait === undefined)
    return undefined;
  const found = await findWait(context.db, {
    environment: environment as EnvironmentId,
    application: application as ApplicationId,
    operation,
    wait,
  });
  if (found === undefined) return undefined;
  const until = found.until.toISOString();
  const asked = askedOf(found.cause);
  return {
    // Two sites that begin to wait in the same moment make two events, and one notification.
    key: `rollout-wait:${environment}:${application}:${operation}:${wait}`,
    kind: 'rollout-waiting',
    at: event.at,
    sequence: event.position,
    environment: found.environment.id,
    applications: [found.application.id],
    content: {
      title: `The rollout of ${found.application.name} in ${found.environment.name} waits for ${found.decides}`,
      severity: 'warning',
      path: `/plans/${found.plan}`,
      subject: `rollout/${found.environment.name}/${found.application.name}`,
      facts: [
        { label: 'Why', value: shortened(found.reason) },
        { label: 'Asked', value: asked },
        { label: 'Application', value: found.application.name },
        { label: 'Environment', value: found.environment.name },
        ...(found.label === null ? [] : [{ label: 'Version', value: found.label }]),
        { label: 'Step', value: found.step },
        { label: found.sites.length === 1 ? 'Site' : 'Sites', value: found.sites.join(', ') },
        { label: 'Goes back by itself', value: until },
        {
          label: 'Command',
          value: `almanac rollout show ${found.application.name} --env ${found.environment.name}`,
        },
      ],
      details: {
        environment: found.environment,
        application: found.application,
        rollout: {
          operation,
          plan: found.plan,
          version: found.label,
          cause: found.cause,
          reason: shortened(found.reason),
          asked,
          step: found.step,
          decides: found.decides,
          sites: found.sites,
          since: found.since.toISOString(),
          until,
        },
      },
    },
  };
}
