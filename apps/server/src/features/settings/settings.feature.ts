import type { Feature } from '#platform/feature';
import type { Secret, SecretBox } from '#platform/secrets';
import { settingEndpoints } from './settings.routes.ts';

/** How soon a key that a rotation brought is known; wrapping keys are used only after a multiple of it. */
const refreshMs = 15_000;

export function settingsFeature(box: SecretBox, ownDatabase: Secret | undefined): Feature {
  return {
    name: 'settings',
    endpoints: settingEndpoints(box, ownDatabase),
    periodics: [{ name: 'refresh-keyring', everyMs: refreshMs, run: ({ db }) => box.refresh(db) }],
  };
}
