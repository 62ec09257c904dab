export { dropJobs } from './drop-jobs.ts';
export type { Job, JobListener } from './job-listener.ts';
export { queueJob } from './queue-job.ts';
