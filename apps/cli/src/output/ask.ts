import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandError } from './report-error.ts';
import { visible } from './visible.ts';

/** Asks a person; refuses where nobody can answer. */
export async function ask(question: string, options: { readonly hidden?: boolean } = {}): Promise<string> {
  if (!process.stdin.isTTY)
    throw new CommandError(`nobody can be asked for "${question.trim()}" here; give it as an option`);
  let muted = false;
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!muted) process.stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    const answer = lines.question(visible(question));
    muted = options.hidden === true;
    return (await answer).trim();
  } finally {
    lines.close();
    if (options.hidden === true) process.stderr.write('\n');
  }
}

/** Everything on standard input. */
export async function readAll(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
