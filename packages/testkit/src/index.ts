export { type DrawnEstate, drawEstate } from './drawn-estate.ts';
export { type Estate, type EstateOptions, startEstate } from './estate.ts';
export { freePorts } from './free-ports.ts';
export { type Load, type LoadResult, startLoad } from './load.ts';
export { createRepository, type Repository, repositoryAt } from './repository.ts';
export { type Answer, askSite } from './site-request.ts';
export { type SystemPostgres, startSystemPostgres, systemPostgresBinaries } from './system-postgres.ts';
export { waitUntil } from './wait-until.ts';
export { addApplication, endOf, loadSample, whenRunning } from './walk.ts';
