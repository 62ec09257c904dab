import type { Feature } from '#platform/feature';
import type { SecretBox } from './secret-box.ts';
import { settingEndpoints } from './settings.routes.ts';

export function settingsFeature(box: SecretBox, ownDatabase: string | undefined): Feature {
  return { name: 'settings', endpoints: settingEndpoints(box, ownDatabase) };
}
