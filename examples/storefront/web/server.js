import { log } from './log.js';
import { createPartners } from './partners.js';
import { presentFaultOf, shopRoutes } from './routes.js';
import { startService, stopOnSignals } from './service.js';
import { describeShop } from './shop.js';

const { CATALOG_URL, ORDERS_URL, CURRENCY = 'EUR' } = process.env;
if (!CATALOG_URL || !ORDERS_URL || !/^[A-Z]{3}$/.test(CURRENCY)) {
  log('not started', { error: 'needs CATALOG_URL, ORDERS_URL, and a CURRENCY of three capital letters' });
  process.exit(1);
}

const shop = describeShop(process.env);
const partners = createPartners({ catalogUrl: CATALOG_URL, ordersUrl: ORDERS_URL });
const service = await startService({ routes: shopRoutes({ shop, partners }), presentFault: presentFaultOf(shop) });
stopOnSignals(service.stop);
