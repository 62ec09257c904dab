import { CommandError } from '../../output/report-error.ts';

/** Labels as they are given on the command line: `key=value`. */
export function labelsOf(given: unknown): Record<string, string> {
  const texts = Array.isArray(given) ? given.map(String) : [];
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new CommandError(`a label is key=value, not "${text}"`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
