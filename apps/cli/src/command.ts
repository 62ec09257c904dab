import type { Session } from './session.ts';

/** One command of the command line: a file each; the listing of the folder is the index. */
export interface CommandDefinition {
  /** As commander takes it: `<required>`, `[optional]`. */
  readonly usage: string;
  readonly summary: string;
  readonly examples: readonly string[];
  /** Flags with their descriptions, as commander takes them. */
  readonly options?: readonly (readonly [flags: string, description: string, fallback?: string])[];
  readonly run: (session: Session, input: CommandInput) => Promise<number>;
}

export interface CommandInput {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

/** The value of an option that takes one. */
export function textOption(input: CommandInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of an option that takes several. */
export function listOption(input: CommandInput, name: string): readonly string[] {
  const value = input.options[name];
  if (Array.isArray(value)) return value;
  return typeof value === 'string' ? [value] : [];
}

export function argument(input: CommandInput, index: number): string {
  return input.args[index] ?? '';
}
