/** A row of the table in docs/security.md. */
export interface AbuseCase {
  readonly number: number;
  readonly tests: readonly string[];
  readonly state: string;
}

/** How many abuse cases there are; none may fall out of the table. */
const cases = 25;

const states = /^(proved in CI|proved by `npm run security`|partly: .+|open: .+)$/;

export function readAbuseCases(document: string): readonly AbuseCase[] {
  return document
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => {
      const [, number = '', , , proof = '', state = ''] = line.split('|').map((cell) => cell.trim());
      return {
        number: Number(number),
        tests: [...proof.matchAll(/`([^`]+)`/g)].flatMap(([, file]) => file ?? []),
        state,
      };
    });
}

/** What the table claims and cannot claim: cases left out, tests that are not there, words for a state that mean nothing. */
export function unprovenClaims(table: readonly AbuseCase[], exists: (path: string) => boolean): readonly string[] {
  const missing = Array.from({ length: cases }, (_, index) => index + 1)
    .filter((number) => table.filter((each) => each.number === number).length !== 1)
    .map((number) => `case ${number} has to be there once`);
  return [
    ...missing,
    ...table.flatMap(({ number, tests, state }) => [
      ...tests.filter((path) => !exists(path)).map((path) => `case ${number}: ${path} does not exist`),
      ...tests.filter((path) => !/\.test\.tsx?$/.test(path)).map((path) => `case ${number}: ${path} is no test`),
      ...(states.test(state) ? [] : [`case ${number}: "${state}" is no state`]),
      ...(/^open/.test(state) || tests.length > 0 ? [] : [`case ${number}: nothing proves it`]),
      ...(/^proved by/.test(state) && !tests.some((path) => path.endsWith('.security.test.ts'))
        ? [`case ${number}: no *.security.test.ts is named`]
        : []),
      ...(/^proved in CI/.test(state) && tests.every((path) => /\.(security|nightly|real)\.test\.tsx?$/.test(path))
        ? [`case ${number}: no test of CI is named`]
        : []),
    ]),
  ];
}
