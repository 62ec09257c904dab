import pg from 'pg';
import { log } from './log.js';
import { repeat } from './repeat.js';
import { shipOrders } from './ship-orders.js';

const { DATABASE_URL, SHIPPING_DELAY_SECONDS = '5' } = process.env;
const delaySeconds = Number(SHIPPING_DELAY_SECONDS);
if (!DATABASE_URL || !(delaySeconds >= 0)) {
  log('not started', { error: 'needs DATABASE_URL, and a SHIPPING_DELAY_SECONDS of 0 or more' });
  process.exit(1);
}

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2, connectionTimeoutMillis: 3000 });
pool.on('error', (error) => log('database connection lost', { error: error.message }));

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stopping.abort());

let waited = false;
log('working', { delaySeconds });
await repeat({
  round: async () => {
    const shipped = await shipOrders(pool, { delaySeconds });
    if (shipped === undefined && !waited) log('waiting for the migration');
    waited = shipped === undefined;
    for (const order of shipped ?? []) log('order shipped', { order });
  },
  pauseMs: 500,
  signal: stopping.signal,
  onError: (error) => log('round failed', { error: error.message }),
});
await pool.end();
log('stopped');
