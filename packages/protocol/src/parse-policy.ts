import type { Policy } from '@almanac/domain';
import { policy } from './api/governance.ts';
import { textFileMaxBytes } from './builder.ts';
import { type ParsedDocument, parseDocumentBy } from './parse-document.ts';

/** Reads a policy as a YAML file in a repository holds it; every fault is reported with its place. */
export function parsePolicy(text: string): ParsedDocument<Policy> {
  return parseDocumentBy({ schema: policy, text, maxBytes: textFileMaxBytes });
}
