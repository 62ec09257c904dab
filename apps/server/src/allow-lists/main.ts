import { escapeControls } from '@almanac/protocol';
import { runOnThisMachine, UsageError } from '../backup/run-on-this-machine.ts';
import { clearOnThisMachine } from './clear-on-this-machine.ts';

const help = `Usage: almanac allow-lists clear

clear  lifts every allow list: the console, the API and agents are reached from everywhere again, and every role counts from
       everywhere. For whoever locked themselves out. The server may run meanwhile, and goes by it within seconds.

Options:
  --data DIR  the data directory of the server (ALMANAC_DATA; .almanac)
  --json      print what was done as a document

It is written into the audit, every administrator sees it in the console until one of them takes note, and subscriptions are
told. The lists that were in force can be put back in the console, or with almanac network return.

Example:
  almanac allow-lists clear --data /var/lib/almanac`;

await runOnThisMachine({
  name: 'almanac allow-lists',
  help,
  options: {},
  run: async ({ values, positionals, installation }) => {
    const [action, ...surplus] = positionals;
    if (action !== 'clear' || surplus.length > 0) throw new UsageError(`there is no "${positionals.join(' ')}"`);
    const cleared = await clearOnThisMachine(installation);
    const sentence = cleared
      ? 'Every allow list is lifted. Sign in, and put the right ones into force; almanac network return brings back those before.'
      : 'There were no allow lists: whatever keeps you out, it is something else.';
    console.log(escapeControls(values.json === true ? JSON.stringify({ cleared }) : sentence));
  },
});
