export { type Estate, startEstate } from './estate.ts';
export { freePorts } from './free-ports.ts';
export { type Load, type LoadResult, startLoad } from './load.ts';
export { createRepository, type Repository, repositoryAt } from './repository.ts';
export { type Answer, askSite } from './site-request.ts';
export { waitUntil } from './wait-until.ts';
export { addApplication, endOf, loadSample, whenRunning } from './walk.ts';
