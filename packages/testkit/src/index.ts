export { type Estate, startEstate } from './estate.ts';
export { type Answer, askSite } from './site-request.ts';
export { waitUntil } from './wait-until.ts';
