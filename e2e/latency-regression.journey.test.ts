import { describeRegression } from './latency-regression.ts';

describeRegression({ isWhole: false });
