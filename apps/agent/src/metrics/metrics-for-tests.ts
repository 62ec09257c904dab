import type { MeasuredVersion } from './metric-provider.ts';

export const second = 1000;

export function aVersion(given: Partial<MeasuredVersion> = {}): MeasuredVersion {
  return { application: 'shop', version: 'op-2', build: 'build-2', label: '1.4.0', ...given };
}

/** Of nobody who gives up. */
export const patient = new AbortController().signal;
