/** Listens on the port that the site gives, and ends what runs before it goes. */
export function serve(server) {
  server.listen(Number(process.env.PORT), process.env.HOST ?? '127.0.0.1', () => log('ready', { port: server.address().port }));
  process.on('SIGTERM', () => {
    log('stopping');
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}

export function log(event, more = {}) {
  console.log(JSON.stringify({ at: new Date().toISOString(), event, ...more }));
}
