/** What PostgreSQL's own codes say of trouble that is not ours, and what helps. */
const sentences: Readonly<Record<string, string>> = {
  '53100': 'the disk of the database is full; free some space',
  '53200': 'the database has no memory left; give it more, or end what takes it',
  '53300': 'the database takes no more connections; raise its max_connections, or let fewer programs use it',
  '57P01': 'the database is being stopped; try again when it runs',
  '57P02': 'the database broke down and starts again; try again in a moment',
  '57P03': 'the database is starting or stopping; try again in a moment',
};

/** What a person can do about a fault of the database, in one sentence; undefined for what is a defect of ours. */
export function databaseFault(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return sentences[error.code];
}
