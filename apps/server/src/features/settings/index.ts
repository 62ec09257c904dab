export { settingUse } from './definitions.ts';
export { createSealGiven, type GivenSetting, type SealGiven, storeGiven } from './given-settings.ts';
export { type PinnedForSites, pinEarlierSettings, pinSettings } from './pin-settings.ts';
export { movedValues, readValuesBack, setBack } from './set-back.ts';
export { settingsFeature } from './settings.feature.ts';
export type { SettingsTables } from './settings.tables.ts';
