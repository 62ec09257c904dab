import type { MeasuredVersion, Period } from './metric-provider.ts';

/** What stands in for `{{application}}`, `{{build}}`, `{{version}}` and `{{window}}` in queries and addresses. */
export type Blanks = Readonly<Record<'application' | 'build' | 'version' | 'window', string>>;

/** The version is what its instances know as ALMANAC_VERSION; the window is the period in whole seconds. */
export function blanksOf(measured: MeasuredVersion, period: Period): Blanks {
  const seconds = Math.max(1, Math.round((period.until - period.from) / 1000));
  return {
    application: measured.application,
    build: measured.build,
    version: measured.label,
    window: String(seconds),
  };
}

/**
 * Fills in blanks, each written so that it cannot become another part of the text.
 *
 * @throws {Error} with a sentence when there is a blank of another name
 */
export function fillIn(text: string, blanks: Blanks, write: (value: string) => string): string {
  return text.replaceAll(/\{\{([^{}]*)\}\}/g, (_, name: string) => {
    const value = Object.entries(blanks).find(([each]) => each === name.trim())?.[1];
    if (value === undefined) throw new Error(`{{${name}}} is none of {{${Object.keys(blanks).join('}}, {{')}}}`);
    return write(value);
  });
}
