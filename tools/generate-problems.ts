// Writes docs/problems.md anew.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemsDocument } from './problems.ts';
import { repository } from './run-program.ts';

writeFileSync(join(repository, 'docs', 'problems.md'), problemsDocument());
