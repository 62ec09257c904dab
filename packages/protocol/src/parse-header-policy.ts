import { headerPolicy, type SaidHeaders } from './api/response-headers.ts';
import { type ParsedDocument, parseDocumentBy } from './parse-document.ts';

const headerPolicyMaxBytes = 64 * 1024;

/** Reads what a level says about headers as a YAML file in a repository holds it; every fault is reported with its place. */
export function parseHeaderPolicy(text: string): ParsedDocument<SaidHeaders> {
  return parseDocumentBy({ schema: headerPolicy, text, maxBytes: headerPolicyMaxBytes });
}
