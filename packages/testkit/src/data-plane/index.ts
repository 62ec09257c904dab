export { type Asked, ask, canConnect, type Question, sendRaw } from './ask.ts';
export { aBackend, aConfig, type ConfigWish } from './config.ts';
export { describeDataPlane } from './describe-data-plane.ts';
export { type Program, type Recorder, startProgram, startRecorder, startTcpProgram } from './program.ts';
export type { DataPlane, DataPlaneKind, DataPlaneSkill } from './stage.ts';
