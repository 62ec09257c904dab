/** Writes one event as one line of JSON, so that any log viewer can filter by its parts. */
export function log(event, details = {}) {
  const level = details.error === undefined ? 'info' : 'error';
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...details })}\n`);
}
