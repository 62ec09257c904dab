// Run after `npm install` has changed package-lock.json: `npm run lockfile`.
import { completeLockfile } from './lockfile.ts';

console.log(`package-lock.json: ${completeLockfile()} entries added for other platforms`);
