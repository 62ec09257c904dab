export { type DirectoryPerson, dnOf, groupLdif, personLdif } from './entries.ts';
export { type DirectoryProcess, hasDirectoryProgram, startDirectory, suffix } from './start-directory.ts';
