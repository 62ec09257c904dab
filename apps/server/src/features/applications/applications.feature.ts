import type { EventFeed } from '#platform/events';
import type { Feature } from '#platform/feature';
import { applicationEndpoints } from './applications.routes.ts';
import type { RequestFirstBuild } from './create-application.ts';

export function applicationsFeature(feed: EventFeed, requestFirstBuild: RequestFirstBuild): Feature {
  return { name: 'applications', endpoints: applicationEndpoints(feed, requestFirstBuild) };
}
