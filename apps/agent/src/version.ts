/** The version of this agent; a bundle carries it, so it is not read from a file. */
export const agentVersion = '0.1.0';
