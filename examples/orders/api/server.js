import pg from 'pg';
import { log } from './log.js';
import { createOrderStore } from './order-store.js';
import { orderRoutes } from './routes.js';
import { startService, stopOnSignals } from './service.js';

const { DATABASE_URL, CATALOG_URL, CURRENCY = 'EUR' } = process.env;
if (!DATABASE_URL || !CATALOG_URL || !/^[A-Z]{3}$/.test(CURRENCY)) {
  log('not started', { error: 'needs DATABASE_URL, CATALOG_URL, and a CURRENCY of three capital letters' });
  process.exit(1);
}

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 8, connectionTimeoutMillis: 3000 });
// A connection that ends while nobody uses it is replaced at the next query.
pool.on('error', (error) => log('database connection lost', { error: error.message }));

const store = createOrderStore(pool);
const service = await startService({ routes: orderRoutes({ store, catalogUrl: CATALOG_URL, currency: CURRENCY }) });
stopOnSignals(async () => {
  await service.stop();
  await pool.end();
});
