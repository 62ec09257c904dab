export type { GeneratedTime, PlatformTables, Time } from './platform-tables.ts';
