/** What went wrong with a connection, as one sentence of at most 500 characters. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses were tried in turn; what each said is inside.
  const inner = error instanceof AggregateError ? error.errors : [];
  const messages =
    inner.length === 0 ? [error.message] : inner.map((each) => (each instanceof Error ? each.message : String(each)));
  return [...new Set(messages)].join('; ').slice(0, 500) || error.name;
}
