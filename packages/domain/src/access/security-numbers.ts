import type { AttemptRule, AttemptScope } from './attempts.ts';

export const numberUnits = [
  'seconds',
  'minutes',
  'hours',
  'days',
  'failures',
  'passes',
  'sessions',
  'codes',
  'characters',
  'MiB',
] as const;
export type NumberUnit = (typeof numberUnits)[number];

/** A number of sign-in, sessions or tokens that an administrator may change within its range. */
export interface SecurityNumber {
  readonly unit: NumberUnit;
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  readonly purpose: string;
  /** Why it is no lower and no higher. */
  readonly bounds: string;
}

const failuresBounds =
  'fewer would block people who mistype; more would be no limit; the first step always comes before the second';
const pauseBounds = 'a pause always ends by itself, so that guessing locks nobody out for good';
const windowBounds = 'it is long enough to count a guesser together, and forgets by itself within two days';

/** The counters of tries to sign in with two steps: failures, and how long tries are refused after that. */
function twoSteps<const Scope extends string>(
  scope: Scope,
  what: string,
  usual: { readonly window: number; readonly first: Step; readonly second: Step },
  bounds: { readonly leastFailures: number; readonly longestPause: number },
) {
  const failures = (step: 'first' | 'second', least: number, most: number) =>
    ({
      unit: 'failures',
      usual: usual[step].failures,
      least,
      most,
      purpose: `Failures ${what} after which tries pause for the ${step} time`,
      bounds: failuresBounds,
    }) as const;
  const pause = (step: 'first' | 'second', least: number, most: number) =>
    ({
      unit: 'seconds',
      usual: usual[step].seconds,
      least,
      most,
      purpose: `The pause after the ${step} step of failures ${what}`,
      bounds: pauseBounds,
    }) as const;
  const { first, second } = usual;
  const between = Math.floor((first.failures + second.failures) / 2);
  const numbers = {
    window: {
      unit: 'seconds',
      usual: usual.window,
      least: 60,
      most: 172_800,
      purpose: `How long failures ${what} are counted together`,
      bounds: windowBounds,
    },
    'first-failures': failures('first', bounds.leastFailures, between),
    'first-pause': pause('first', 1, Math.min(3600, bounds.longestPause)),
    'second-failures': failures('second', between + 1, second.failures * 10),
    'second-pause': pause('second', 60, bounds.longestPause),
  } as const;
  return Object.fromEntries(Object.entries(numbers).map(([name, each]) => [`${scope}-${name}`, each])) as {
    readonly [Name in keyof typeof numbers as `${Scope}-${Name}`]: SecurityNumber;
  };
}

interface Step {
  readonly failures: number;
  readonly seconds: number;
}

/**
 * Every number of sign-in that may be changed. The ranges are such that no value, and no combination of values, keeps
 * everybody out: what lets people in never gets so short that nobody could use it, and every block ends by itself.
 */
export const securityNumbers = {
  'argon2id-memory': {
    unit: 'MiB',
    usual: 64,
    least: 46,
    most: 128,
    purpose:
      'Memory for each hash of a password. 64 MiB and 3 passes take about 75 ms on a small machine with two processors, 46 MiB and one pass about 15 ms. Passwords are hashed anew at their next sign-in',
    bounds:
      '46 MiB with one pass is one of the least settings that OWASP names; four hashes are made at once, and more memory could take the server down',
  },
  'argon2id-passes': {
    unit: 'passes',
    usual: 3,
    least: 1,
    most: 10,
    purpose: 'Passes over that memory for each hash of a password; the time grows with it',
    bounds: 'with ten passes a sign-in takes a quarter of a second, and as much for each who comes at the same time',
  },
  'password-length': {
    unit: 'characters',
    usual: 12,
    least: 8,
    most: 64,
    purpose: 'The least length of passwords that are set from now on',
    bounds: '8 is what OWASP asks for at least; 64 can still be typed',
  },
  'password-link': {
    unit: 'hours',
    usual: 24,
    least: 1,
    most: 168,
    purpose: 'How long an invitation, or a link for a new password, works',
    bounds: 'it has to be given on and opened; after a week it lies around in mailboxes',
  },
  'session-idle': {
    unit: 'minutes',
    usual: 30,
    least: 5,
    most: 1440,
    purpose: 'How long a session lasts that nobody uses',
    bounds: 'whoever reads a page must not be put out; after a day somebody else sits there',
  },
  'session-length': {
    unit: 'hours',
    usual: 10,
    least: 1,
    most: 168,
    purpose: 'How long a session lasts at most, however much it is used; a shorter one holds for open sessions as well',
    bounds: 'changing this number takes a session; after a week a stolen one has done its harm',
  },
  'sessions-each': {
    unit: 'sessions',
    usual: 10,
    least: 2,
    most: 100,
    purpose: 'Sessions that an account has at once; the oldest ends when there are more',
    bounds: 'people use two browsers; more than a hundred are nobody who sits there',
  },
  'step-up': {
    unit: 'minutes',
    usual: 10,
    least: 1,
    most: 60,
    purpose: 'How long somebody counts as proved, so that what is sensitive passes without another proof',
    bounds: 'changing this number takes a proof that still holds; after an hour somebody else may sit there',
  },
  'second-step': {
    unit: 'minutes',
    usual: 15,
    least: 5,
    most: 60,
    purpose: 'How long the second step of a sign-in may take',
    bounds: 'setting a second factor up takes some minutes; a first factor alone is not kept for longer than an hour',
  },
  'known-device': {
    unit: 'days',
    usual: 180,
    least: 1,
    most: 365,
    purpose: 'How long a browser is known after the last sign-in, so that guesses elsewhere do not block it',
    bounds: 'within a day people come again; after a year the browser is somebody else’s',
  },
  'totp-window': {
    unit: 'codes',
    usual: 1,
    least: 1,
    most: 3,
    purpose: 'Codes of an authenticator app that count before and after the one of this half minute',
    bounds: 'clocks of telephones differ by half a minute; each further code makes guessing easier',
  },
  'wrong-codes': {
    unit: 'failures',
    usual: 5,
    least: 3,
    most: 10,
    purpose: 'Wrong codes that end a sign-in, which then begins again with the first factor',
    bounds: 'people mistype codes; ten is where the account pauses by itself',
  },
  'recovery-codes': {
    unit: 'codes',
    usual: 10,
    least: 5,
    most: 30,
    purpose: 'Recovery codes that are made at once; those that are there stay',
    bounds: 'with fewer, whoever loses a telephone is soon without; more are not kept in one place',
  },
  'token-length': {
    unit: 'days',
    usual: 90,
    least: 1,
    most: 365,
    purpose: 'How long an API token lasts of which nobody says otherwise',
    bounds: 'every token ends within a year; one of a day can still be rotated by what uses it',
  },
  'token-longest': {
    unit: 'days',
    usual: 365,
    least: 1,
    most: 365,
    purpose: 'How long an API token that is made from now on may last at most',
    bounds: 'every token ends within a year; one of a day can still be rotated by what uses it',
  },
  'token-overlap': {
    unit: 'hours',
    usual: 24,
    least: 0,
    most: 168,
    purpose: 'How long an API token works on that another one took the place of, where nobody says otherwise',
    bounds: 'what uses it may need time to change over; after a week it is a second token',
  },
  'enrolment-token': {
    unit: 'minutes',
    usual: 60,
    least: 5,
    most: 1440,
    purpose: 'How long the token works with which an agent enrols once',
    bounds:
      'it is carried to the machine by hand; after a day it lies around, and whoever finds it gets the orders of a site',
  },
  'provider-recheck': {
    unit: 'minutes',
    usual: 10,
    least: 2,
    most: 12,
    purpose: 'How often providers are asked whether those whom they let in are still there',
    bounds:
      'whoever left is out within a quarter of an hour; more often than every two minutes is a load for the provider',
  },
  'provider-patience': {
    unit: 'minutes',
    usual: 60,
    least: 15,
    most: 1440,
    purpose: 'How long sessions of a provider last that cannot be asked',
    bounds: 'a restart of the provider puts nobody out; after a day nobody knows who left',
  },
  'emergency-session': {
    unit: 'minutes',
    usual: 60,
    least: 15,
    most: 240,
    purpose: 'How long somebody stays in who came in by the credentials for an emergency',
    bounds: 'they have to mend what is broken; after hours they have an account of their own',
  },
  ...twoSteps(
    'account-and-address',
    'of one account from one address',
    {
      window: 3600,
      first: { failures: 3, seconds: 30 },
      second: { failures: 6, seconds: 1800 },
    },
    { leastFailures: 3, longestPause: 86_400 },
  ),
  // Many people may come from one address.
  ...twoSteps(
    'address',
    'from one address',
    {
      window: 3600,
      first: { failures: 20, seconds: 300 },
      second: { failures: 50, seconds: 3600 },
    },
    { leastFailures: 10, longestPause: 86_400 },
  ),
  // Anybody can cause these failures: they stay many, and the pauses short.
  ...twoSteps(
    'account',
    'of one account from everywhere, for browsers that it does not know',
    {
      window: 86_400,
      first: { failures: 20, seconds: 60 },
      second: { failures: 100, seconds: 3600 },
    },
    { leastFailures: 10, longestPause: 7200 },
  ),
  ...twoSteps(
    'server',
    'of all together, for browsers that are not known',
    {
      window: 60,
      first: { failures: 300, seconds: 2 },
      second: { failures: 1000, seconds: 600 },
    },
    { leastFailures: 100, longestPause: 1800 },
  ),
  ...twoSteps(
    'link',
    'with links and sealed credentials from one address',
    {
      window: 3600,
      first: { failures: 5, seconds: 300 },
      second: { failures: 20, seconds: 3600 },
    },
    { leastFailures: 3, longestPause: 86_400 },
  ),
  'code-window': {
    unit: 'seconds',
    usual: 900,
    least: 60,
    most: 172_800,
    purpose: 'How long wrong codes of one account are counted together',
    bounds: windowBounds,
  },
  'code-failures': {
    unit: 'failures',
    usual: 10,
    least: 5,
    most: 20,
    purpose: 'Wrong codes of one account after which further ones pause',
    bounds: 'whoever gets here has the password: more would let them guess; fewer would block people who mistype',
  },
  'code-pause': {
    unit: 'seconds',
    usual: 900,
    least: 60,
    most: 86_400,
    purpose: 'The pause after wrong codes of one account',
    bounds: pauseBounds,
  },
} as const satisfies Readonly<Record<string, SecurityNumber>>;

export type SecurityNumberName = keyof typeof securityNumbers;
export const securityNumberNames = Object.keys(securityNumbers) as readonly SecurityNumberName[];

/** What is in force. */
export type NumbersInForce = Readonly<Record<SecurityNumberName, number>>;

/** Why a number cannot be what somebody wants; undefined when it can. */
export function numberFault(name: SecurityNumberName, value: number): string | undefined {
  const { least, most, unit, bounds } = securityNumbers[name];
  if (Number.isInteger(value) && value >= least && value <= most) return undefined;
  return `${name} is a whole number from ${least} to ${most} (${unit}): ${bounds}`;
}

/** All numbers as they are in force: what was changed, within its range, and what is usual otherwise. */
export function numbersInForce(changed: ReadonlyMap<string, number>): NumbersInForce {
  const all = securityNumberNames.map((name) => {
    const { usual, least, most } = securityNumbers[name];
    // A range may be narrower than in the version that stored the number.
    return [name, Math.min(most, Math.max(least, changed.get(name) ?? usual))] as const;
  });
  return Object.fromEntries(all) as NumbersInForce;
}

/** How tries are counted. The last two hold only for devices from which the account never signed in. */
export function attemptRulesOf(numbers: NumbersInForce): Readonly<Record<AttemptScope, AttemptRule>> {
  const twice = (scope: Exclude<AttemptScope, 'code'>, unknownDevicesOnly = false): AttemptRule => ({
    window: numbers[`${scope}-window`],
    steps: [
      { failures: numbers[`${scope}-first-failures`], seconds: numbers[`${scope}-first-pause`] },
      { failures: numbers[`${scope}-second-failures`], seconds: numbers[`${scope}-second-pause`] },
    ],
    unknownDevicesOnly,
  });
  return {
    'account-and-address': twice('account-and-address'),
    address: twice('address'),
    account: twice('account', true),
    server: twice('server', true),
    code: {
      window: numbers['code-window'],
      steps: [{ failures: numbers['code-failures'], seconds: numbers['code-pause'] }],
      unknownDevicesOnly: false,
    },
    link: twice('link'),
  };
}
