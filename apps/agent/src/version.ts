import manifest from '../package.json' with { type: 'json' };

/** The version of this agent, as its package says; a bundle carries it. */
export const agentVersion = manifest.version;
