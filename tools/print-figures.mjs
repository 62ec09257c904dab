// Prints the figures of a test run as one plain line, the last that `.ci/run` says: `N passed, N failed, N skipped`.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: todo } = report;
console.log(`${passed} passed, ${failed} failed, ${pending + todo} skipped`);
if (passed === 0) process.exitCode = 1;
