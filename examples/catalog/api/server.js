import { routes } from './routes.js';
import { startService, stopOnSignals } from './service.js';

const service = await startService({ routes });
stopOnSignals(service.stop);
