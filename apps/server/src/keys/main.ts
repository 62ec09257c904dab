import { resolve } from 'node:path';
import { escapeControls } from '@almanac/protocol';
import { readArgv, readKeyPlace } from '#platform/secrets';
import { runOnThisMachine, UsageError } from '../backup/run-on-this-machine.ts';
import { rotateKeys } from './rotate-keys.ts';

const help = `Usage: almanac keys rotate [--to-file FILE | --to-command LIST]

rotate  makes a new master key, or takes the one that is named, and encrypts with it what the one before encrypted.
        The server may run meanwhile. What was cut off goes on where it was when it is called again.

The keys with which the server signs what it tells its sites are others: almanac signing-key --help.

Options:
  --data DIR         the data directory of the server (ALMANAC_DATA; .almanac)
  --to-file FILE     take the key in this file next: 32 random bytes in base64 (openssl rand -base64 32)
  --to-command LIST  take what this program prints, a JSON list: '["/usr/bin/kms", "decrypt", "almanac"]'
  --json             print what was done as a document

The present key is found as the server finds it: ALMANAC_KEY_FILE, ALMANAC_KEY_COMMAND, or a file in the data directory, which
is replaced. With --to-file or --to-command, name the next key to the server afterwards, start it again, and call
almanac keys rotate once more to finish.

Examples:
  almanac keys rotate
  almanac keys rotate --to-file /etc/almanac/master.key`;

const sentences = {
  done: 'The master key is a new one; the one before opens nothing of this database any more. Take a backup of the new one.',
  'wait-for-operator':
    'Everything can be read with the next key now. Name it to the server (ALMANAC_KEY_FILE or ALMANAC_KEY_COMMAND), start the server again, and call almanac keys rotate once more, with the same setting, to retire the one before.',
} as const;

await runOnThisMachine({
  name: 'almanac keys',
  help,
  options: { 'to-file': { type: 'string' }, 'to-command': { type: 'string' } },
  run: async ({ values, positionals, installation }) => {
    const [action, ...surplus] = positionals;
    if (action !== 'rotate' || surplus.length > 0) throw new UsageError(`there is no "${positionals.join(' ')}"`);
    const { 'to-file': file, 'to-command': command } = values;
    if (file !== undefined && command !== undefined) throw new UsageError('give --to-file or --to-command, not both');
    const { end, steps } = await rotateKeys({
      installation,
      present: readKeyPlace(process.env),
      next:
        file !== undefined
          ? { kind: 'file', path: resolve(file) }
          : command !== undefined
            ? { kind: 'command', argv: readArgv(command, '--to-command') }
            : undefined,
    });
    console.log(escapeControls(values.json === true ? JSON.stringify({ end, steps }, null, 2) : sentences[end]));
  },
});
