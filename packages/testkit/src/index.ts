export {
  type DirectoryPerson,
  type DirectoryProcess,
  dnOf,
  groupLdif,
  hasDirectoryProgram,
  personLdif,
  startDirectory,
  suffix as directorySuffix,
} from './directory/index.ts';
export { type DrawnEstate, drawEstate } from './drawn-estate.ts';
export { accountsOf, type Estate, type EstateOptions, startEstate } from './estate.ts';
export { freePorts } from './free-ports.ts';
export { hostileAddresses } from './hostile-addresses.ts';
export { hostileWords } from './hostile-words.ts';
export {
  type AttackName,
  attackNames,
  type IdentityProviderProcess,
  type ProviderAccount,
  startIdentityProvider,
  visitProvider,
} from './identity-provider/index.ts';
export { type Load, type LoadResult, startLoad } from './load.ts';
export { createRepository, type Repository, repositoryAt } from './repository.ts';
export { almanacProgram, type Ended, outputOf, runAlmanac } from './run-almanac.ts';
export {
  answerSamlRequest,
  assertionXml,
  hasXmlsec,
  makeSamlKey,
  readSamlRequest,
  responseXml,
  type SamlAnswer,
  type SamlKey,
  signXml,
  xmlsecSigns,
  xmlsecVerifies,
} from './saml/index.ts';
export { type Answer, askSite } from './site-request.ts';
export { type SwitchResult, type SwitchSize, switchUnderLoad } from './switching/switch-under-load.ts';
export type { SwitchStrategy } from './switching/switched-application.ts';
export { type SystemPostgres, startSystemPostgres, systemPostgresBinaries } from './system-postgres.ts';
export { waitUntil } from './wait-until.ts';
export { addApplication, endOf, loadSample, whenRunning } from './walk.ts';
export { Rows, writeEstate, writtenKey } from './write-estate.ts';
