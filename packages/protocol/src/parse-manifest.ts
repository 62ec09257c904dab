import { type Manifest, manifest } from './manifest.ts';
import { type DocumentFault, parseDocumentBy } from './parse-document.ts';

/** Largest manifest that is read, in bytes. */
export const manifestMaxBytes = 256 * 1024;

export type ManifestFault = DocumentFault;

export type ParsedManifest =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly faults: readonly ManifestFault[] };

/** Reads an `almanac.yaml`; every fault is reported with its place, an unknown key with the nearest known one. */
export function parseManifest(text: string): ParsedManifest {
  const parsed = parseDocumentBy({ schema: manifest, text, maxBytes: manifestMaxBytes });
  return parsed.ok ? { ok: true, manifest: parsed.value } : parsed;
}
