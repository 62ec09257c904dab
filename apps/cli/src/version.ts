import manifest from '../package.json' with { type: 'json' };

/** The version of this command line, as its package says; a bundle carries it. */
export const cliVersion = manifest.version;
