export { checkDurable } from './check-durable.ts';
export { databaseFault } from './database-fault.ts';
export { databaseTime } from './database-time.ts';
export { migrate } from './migrate.ts';
export { type Database, openDatabase } from './open-database.ts';
