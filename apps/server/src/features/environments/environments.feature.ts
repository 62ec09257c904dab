import type { Feature } from '#platform/feature';
import { environmentEndpoints } from './environments.routes.ts';

export const environmentsFeature: Feature = { name: 'environments', endpoints: environmentEndpoints };
