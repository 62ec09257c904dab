const units: readonly { readonly pattern: RegExp; readonly minutes: number }[] = [
  { pattern: /^(\d+) ?(?:min|mins|minute|minutes|m)\b/, minutes: 1 },
  { pattern: /^(\d+) ?(?:h|hour|hours)\b/, minutes: 60 },
  { pattern: /^(\d+) ?(?:d|day|days)\b/, minutes: 1440 },
  { pattern: /^(\d+) ?(?:w|week|weeks)\b/, minutes: 7 * 1440 },
];

/** Minutes of a span as people write it, such as "90 min", "2 h" or "1 day 12 h"; undefined where it is none. */
export function minutesOf(text: string): number | undefined {
  let rest = text.trim().toLowerCase();
  if (rest === '') return undefined;
  let total = 0;
  while (rest !== '') {
    const found = units.map((unit) => ({ unit, match: unit.pattern.exec(rest) })).find((each) => each.match !== null);
    if (found?.match == null) return undefined;
    total += Number(found.match[1]) * found.unit.minutes;
    rest = rest.slice(found.match[0].length).trim();
  }
  return total;
}

/**
 * An ISO 8601 duration of a span as people write it; what is one already stays as it is. Whole days are calendar days,
 * which daylight saving makes an hour shorter or longer.
 */
export function durationOf(text: string): string {
  const given = text.trim().toUpperCase();
  if (given.startsWith('P')) return given;
  const minutes = minutesOf(text);
  if (minutes === undefined) return text.trim();
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const time = `${hours === 0 ? '' : `${hours}H`}${rest === 0 ? '' : `${rest}M`}`;
  const date = days === 0 ? '' : `${days}D`;
  return date === '' && time === '' ? 'PT0M' : `P${date}${time === '' ? '' : `T${time}`}`;
}
