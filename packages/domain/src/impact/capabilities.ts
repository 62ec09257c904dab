/** What a site can do, as its agent says. A kind that is absent was not told: nothing of it is known to be missing. */
export interface SiteCapabilities {
  readonly toolchains?: readonly string[] | undefined;
  /** Types of connections that the site provides by itself. */
  readonly connections?: readonly string[] | undefined;
  /** Strategies by which its agent brings a version. */
  readonly strategies?: readonly string[] | undefined;
}

/** What an application asks of a site on which it is placed. */
export type SiteNeeds = Required<{ readonly [Kind in keyof SiteCapabilities]: readonly string[] }>;

const words: { readonly [Kind in keyof SiteNeeds]: (name: string) => string } = {
  toolchains: (name) => `the toolchain ${name}`,
  connections: (type) => `a ${type} database of the site's own`,
  strategies: (name) => `an agent that knows the strategy ${name}`,
};
const kinds = ['toolchains', 'connections', 'strategies'] as const;

/** What an application needs and a site is known not to have, in words and in order. */
export function missingCapabilities(needs: SiteNeeds, offered: SiteCapabilities): readonly string[] {
  return kinds.flatMap((kind) => {
    const known = offered[kind];
    if (known === undefined) return [];
    return [...new Set(needs[kind])].filter((each) => !known.includes(each)).map(words[kind]);
  });
}
