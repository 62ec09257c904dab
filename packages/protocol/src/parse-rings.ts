import { type Rings, rings } from './api/environments.ts';
import { type ParsedDocument, parseDocumentBy } from './parse-document.ts';

const ringsMaxBytes = 64 * 1024;

/** Reads the rings of an environment as a YAML file in a repository holds them; every fault is reported with its place. */
export function parseRings(text: string): ParsedDocument<Rings> {
  return parseDocumentBy({ schema: rings, text, maxBytes: ringsMaxBytes });
}
