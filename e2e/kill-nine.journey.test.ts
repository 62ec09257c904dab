import { describeKills } from './kill-nine.ts';

describeKills(10);
