import { describeKeyRotations } from './signing-keys.ts';

// One on each side: at the server, on the disk of a site, and on the way back. All of them: `npm run nightly`.
describeKeyRotations(['signing-keys-before-commit', 'server-keys-after-write', 'server-keys-before-noted']);
