/** Lower-case words of letters and digits joined by single hyphens, starting with a letter. */
export const namePattern = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Longest readable name; a host name label holds 63 characters and `<module>.<application>` must fit. */
export const nameMaxLength = 40;

export function isName(text: string): boolean {
  return text.length <= nameMaxLength && namePattern.test(text);
}
