const units = [
  { seconds: 86_400, word: 'd' },
  { seconds: 3600, word: 'h' },
  { seconds: 60, word: 'min' },
] as const;

/** The time between two instants (milliseconds since the epoch) in one unit, as in "3 min ago". */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 5) return 'just now';
  const unit = units.find((each) => seconds >= each.seconds);
  return unit === undefined ? `${seconds} s ago` : `${Math.floor(seconds / unit.seconds)} ${unit.word} ago`;
}

/** How long something took, or has taken until now. */
export function took(input: {
  readonly from: string | null;
  readonly to: string | null;
  readonly now: number;
}): string {
  if (input.from === null) return '';
  const seconds = ((input.to === null ? input.now : Date.parse(input.to)) - Date.parse(input.from)) / 1000;
  return seconds < 60
    ? `${Math.max(0, seconds).toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
