// Drives PM2 by its API in a process of its own, which ends with it: `node pm2-driver.mjs`, with requests as messages.
import pm2 from 'pm2';

const work = {
  start: (options, done) => pm2.connect((error) => (error ? done(error) : pm2.start(options, done))),
  reload: (name, done) => pm2.reload(name, done),
  stop: (_, done) => pm2.killDaemon(done),
};

process.on('message', ({ request, given }) => {
  work[request](given, (error) => process.send({ fault: error ? String(error.message ?? error) : null }));
});
