export { loggedError } from './logged-error.ts';
