import type { Feature } from '#platform/feature';
import { releaseEndpoints } from './releases.routes.ts';

export const releasesFeature: Feature = { name: 'releases', endpoints: releaseEndpoints };
