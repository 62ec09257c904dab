/** A provider as the page of the sign-in lists it. */
export interface ListedProvider {
  readonly name: string;
  readonly displayName: string;
  readonly manner: 'redirect' | 'form';
}

/** Who is asked about name and password; a password of Almanac itself is asked about by the key that no provider has. */
export interface FormWay {
  readonly value: string;
  readonly label: string;
}

export const ownWay: FormWay = { value: ':own', label: 'Almanac' };

/** Whose names and passwords the form takes, the usual one first: people of a company are in its directory. */
export function formWays(providers: readonly ListedProvider[]): readonly FormWay[] {
  const directories = providers.filter((each) => each.manner === 'form');
  return [...directories.map((each) => ({ value: each.name, label: each.displayName })), ownWay];
}

/** The providers that people are sent to. */
export function redirectsOf(providers: readonly ListedProvider[]): readonly ListedProvider[] {
  return providers.filter((each) => each.manner === 'redirect');
}

/** The way that is taken: the one that was chosen, as long as there is one. */
export function chosenWay(ways: readonly FormWay[], chosen: string | null): FormWay {
  return ways.find((each) => each.value === chosen) ?? ways[0] ?? ownWay;
}
