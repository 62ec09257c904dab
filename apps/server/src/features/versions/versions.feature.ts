import type { Feature } from '#platform/feature';
import { versionEndpoints } from './versions.routes.ts';

export const versionsFeature: Feature = { name: 'versions', endpoints: versionEndpoints };
