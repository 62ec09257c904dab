/** Why a contract cannot be read: the file, the place in it as far as it is known, and what is wrong there. */
export class ContractFault extends Error {
  readonly file: string;
  /** JSON Pointer (RFC 6901), or empty for the file as a whole. */
  readonly pointer: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly detail: string;

  constructor(input: {
    readonly file: string;
    readonly detail: string;
    readonly pointer?: string | undefined;
    readonly line?: number | undefined;
    readonly column?: number | undefined;
  }) {
    const at = input.line === undefined ? '' : `:${input.line}:${input.column ?? 1}`;
    const pointer = input.pointer === undefined || input.pointer === '' ? '' : ` (${input.pointer})`;
    super(`${input.file}${at}${pointer}: ${input.detail}`);
    this.name = 'ContractFault';
    this.file = input.file;
    this.pointer = input.pointer ?? '';
    this.line = input.line;
    this.column = input.column;
    this.detail = input.detail;
  }
}
