import { basename, resolve } from 'node:path';
import { escapeControls } from '@almanac/protocol';
import { createBackup } from './create-backup.ts';
import { restoreBackup } from './restore-backup.ts';
import { runOnThisMachine, UsageError } from './run-on-this-machine.ts';

const help = `Usage: almanac backup [DIR] [--without-keys] [--without-artifacts]
       almanac restore DIR [--replace]

backup   takes a backup of this machine's server into a new folder, while it runs or not (almanac-backup-DATE)
restore  puts a backup in place; the server must be stopped. Everything is verified first.

Options:
  --data DIR           the data directory of the server (ALMANAC_DATA; .almanac)
  --without-keys       leave the keys out: the secrets of the backup cannot be read without them, so keep them elsewhere
  --without-artifacts  leave builds out; they must be in place again before the backup is restored
  --replace            put an embedded database that is there aside, into before-restore-DATE in the data directory
  --json               print what was done as a document

With a PostgreSQL of your own, set DATABASE_URL as for the server; restore wants an empty database there.
A folder with keys opens every secret of the installation: keep it as safe as them.

Examples:
  almanac backup /var/backups/almanac-monday
  almanac restore /var/backups/almanac-monday --data /var/lib/almanac
  DATABASE_URL=postgres://almanac@db/almanac almanac restore /var/backups/almanac-monday`;

await runOnThisMachine({
  name: 'almanac backup',
  help,
  options: {
    'without-keys': { type: 'boolean' },
    'without-artifacts': { type: 'boolean' },
    replace: { type: 'boolean' },
  },
  run: async ({ values, positionals: [action, directory, ...surplus], installation }) => {
    if (surplus.length > 0) throw new UsageError(`what is ${surplus.join(' ')}?`);
    const json = values.json === true;
    const progress = showProgress();
    if (action === 'backup') {
      const into = resolve(directory ?? `almanac-backup-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`);
      const manifest = await createBackup({
        installation,
        into,
        withKeys: values['without-keys'] !== true,
        withArtifacts: values['without-artifacts'] !== true,
        onProgress: progress.show,
      });
      progress.clear();
      const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
      tell(
        json
          ? JSON.stringify({ directory: into, ...manifest }, null, 2)
          : [
              `${into}`,
              `  ${rows} rows of ${manifest.tables.length} tables, as of ${manifest.takenAt}`,
              `  ${manifest.artifacts.digests.length} artifacts ${manifest.artifacts.included ? 'included' : 'left out'}`,
              `  ${manifest.keys.files.map(({ file }) => basename(file)).join(' and ')} ${manifest.keys.included ? 'included: keep the folder safe' : 'left out: keep them elsewhere'}`,
            ].join('\n'),
      );
      return;
    }
    if (action !== 'restore') throw new UsageError(`there is no "${action ?? ''}"`);
    if (directory === undefined) throw new UsageError('say which backup: almanac restore DIR');
    const { manifest, incarnation, putAside } = await restoreBackup({
      installation,
      from: resolve(directory),
      replace: values.replace === true,
      onProgress: progress.show,
    });
    progress.clear();
    tell(
      json
        ? JSON.stringify({ takenAt: manifest.takenAt, incarnation, putAside }, null, 2)
        : [
            `Restored as of ${manifest.takenAt}, from PostgreSQL ${manifest.postgres}.`,
            ...(putAside === null ? [] : [`What was there is in ${putAside}; remove it once all is well.`]),
            'Start the server now: it stops the plans that were under way, and its sites go by what it says from then on.',
            'People sign in again. Sites that were added since the backup have to be added again.',
          ].join('\n'),
    );
  },
});

/** A backup may be somebody else's, and so may the names in it. */
function tell(text: string): void {
  console.log(escapeControls(text));
}

/** What is being done, on one line of a terminal; nothing where there is none. */
function showProgress(): { readonly show: (what: string) => void; readonly clear: () => void } {
  const { stderr } = process;
  const write = (text: string) => stderr.isTTY && stderr.write(`\r\x1b[2K${escapeControls(text)}`);
  return { show: (what) => void write(what), clear: () => void write('') };
}
