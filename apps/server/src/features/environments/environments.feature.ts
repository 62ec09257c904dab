import type { Feature } from '#platform/feature';
import { environmentEndpoints, type TellSites } from './environments.routes.ts';

export function environmentsFeature(tellSites: TellSites): Feature {
  return { name: 'environments', endpoints: environmentEndpoints(tellSites) };
}
