import { HostFault } from '@almanac/host';
import { nearestOf } from '@almanac/protocol';

const prefix = 'ALMANAC_';

/** What other programs of Almanac read: the server is started with their settings, too. */
export const settingsOfOthers = [
  'ALMANAC_SERVER',
  'ALMANAC_TOKEN',
  'ALMANAC_DEBUG',
  'ALMANAC_SITE_PORT',
  'ALMANAC_RUNTIME_DIR',
  'ALMANAC_UID_RANGE',
  'ALMANAC_GROUPS',
  'ALMANAC_GATEWAY',
  'ALMANAC_METRICS_INTERNAL',
  'ALMANAC_DATABASE_BACKUPS',
  'ALMANAC_BUILDER_CONCURRENCY',
  'ALMANAC_BUILDER_NAME',
  'ALMANAC_BUILDER_TOKEN_FILE',
  'ALMANAC_FETCH_SECONDS',
  'ALMANAC_REPOSITORY_BYTES',
] as const;

/**
 * Refuses a setting whose name is nearly one of the server's: it would protect nothing, and nobody would notice. Names that are
 * like none are others' business; orchestrators set some that begin with the name of the service.
 *
 * @throws {HostFault} with one sentence that names both
 */
export function refuseMisspelled(environment: NodeJS.ProcessEnv, known: readonly string[]): void {
  const taken: readonly string[] = [...known, ...settingsOfOthers];
  const words = known.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length));
  for (const name of Object.keys(environment)) {
    if (!name.toUpperCase().startsWith(prefix) || taken.includes(name)) continue;
    const word = name.slice(prefix.length);
    const nearest = nearestOf(word, { known: words, farthest: Math.max(1, Math.floor(word.length / 3)) });
    if (nearest !== undefined) throw new HostFault(`there is no setting ${name}; did you mean ${prefix}${nearest}?`);
  }
}
