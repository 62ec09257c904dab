import type { DesiredApplication } from '@almanac/protocol';
import type { Logger } from 'pino';
import type { SitePostgres } from './site-postgres.ts';

/** Sees to it that the databases of an application are backed up before an operation migrates them; once for each. */
export interface DatabaseGuard {
  /** Undefined while the backup is being taken; asked again until it says something else. */
  readonly mayMigrate: (application: DesiredApplication) => true | { readonly fault: string } | undefined;
}

export function createDatabaseGuard(input: {
  readonly databases: SitePostgres;
  /** How many backups are kept; 0 takes none. */
  readonly kept: number;
  readonly log: Logger;
}): DatabaseGuard {
  const { databases, kept, log } = input;
  const answers = new Map<string, true | { readonly fault: string } | undefined>();
  return {
    mayMigrate: (application) => {
      const { operation, label } = application;
      const { id, name } = application.application;
      if (kept === 0 || provided(application).length === 0) return true;
      if (answers.has(operation)) return answers.get(operation);
      answers.set(operation, undefined);
      databases.backUp({ application: id, before: `${name} ${label}`, kept }).then(
        (backup) => {
          answers.set(operation, true);
          if (backup !== undefined)
            log.info({ application: name, backup: backup.name }, 'databases backed up before their migration');
        },
        (error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          answers.set(operation, { fault: `the databases could not be backed up before their migration: ${reason}` });
        },
      );
      return undefined;
    },
  };
}

/** The connections that lead to databases of the site: those without an address that somebody gave. */
function provided(application: DesiredApplication): readonly string[] {
  return Object.keys(application.connections).filter((name) => application.sealed[name] === undefined);
}
