export { type BackgroundWork, prepareJobs, runBackground } from './run-background.ts';
