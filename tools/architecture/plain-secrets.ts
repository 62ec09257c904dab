import { parseSync, Visitor } from 'oxc-parser';
import type { SourceFile } from './modules.ts';

/** What configuration is read into; whoever names such a type otherwise adds its file here. */
const configurations = /^apps\/[a-z]+\/src\/([a-z-]+\/)*([a-z-]*config|send-email)\.ts$/;
/** Names of what must not be printed. */
const secretNames = /(password|secret|token|databaseurl|apikey|privatekey)s?$/i;
/** Names that only say where a secret is. */
const placesOfSecrets = /(file|directory|bootstrap)/i;

/** Members of configurations that hold a secret as a plain text, which anything may print: they are of the type `Secret`. */
export function plainSecretsIn(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ path }) => configurations.test(path))
    .flatMap(({ path, text }) => plainMembers(path, text).map((name) => `${path}: ${name} is a Secret, not a text`));
}

function plainMembers(path: string, text: string): readonly string[] {
  const found: string[] = [];
  const look = (name: string, start: number, end: number) => {
    if (secretNames.test(name) && !placesOfSecrets.test(name) && !/\bSecret\b/.test(text.slice(start, end)))
      found.push(name);
  };
  const visitor = new Visitor({
    TSPropertySignature({ key, start, end }) {
      if (key.type === 'Identifier') look(key.name, start, end);
    },
    // A member of a zod schema: what it is parsed into is the configuration.
    Property({ key, value, start, end }) {
      if (key.type === 'Identifier' && /^\s*z\s*\./.test(text.slice(value.start, value.end)))
        look(key.name, start, end);
    },
  });
  visitor.visit(parseSync(path, text).program);
  return found;
}
