import { describeKeyRotations, interruptions } from './signing-keys.ts';

describeKeyRotations(interruptions);
