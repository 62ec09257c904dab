import { CommandError } from './output/report-error.ts';

const units = { min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time to come as people write it: an instant with its zone, or `30min`, `2h`, `3d` from now. */
export function whenOf(text: string, now: number): string {
  const relative = /^\+?(\d{1,5})\s*(min|h|d)$/.exec(text);
  if (relative !== null) {
    const unit = units[relative[2] as keyof typeof units];
    return new Date(now + Number(relative[1]) * unit).toISOString();
  }
  const instant = /(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant))
    throw new CommandError(`${text} is no time; write 2026-12-01T22:00+01:00, or 30min, 2h or 3d from now`);
  return new Date(instant).toISOString();
}
