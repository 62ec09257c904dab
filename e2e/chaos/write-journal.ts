// Saves states of an agent's journal, one after the other, and prints the number of each once it is saved:
// `node write-journal.ts MODULE DIRECTORY`, where the module may be one with a fault planted in it.
import { pathToFileURL } from 'node:url';

const [module = '', directory = ''] = process.argv.slice(2);
const { openJournal } = await import(pathToFileURL(module).href);
const log = { error: (...words: readonly unknown[]) => console.error(...words) };
const journal = await openJournal({ directory, log });
for (;;) {
  journal.state.gateway.revision += 1;
  await journal.save();
  process.stdout.write(`${journal.state.gateway.revision}\n`);
}
