export { assertionXml, responseXml, type SamlAnswer, signXml } from './saml-answer.ts';
export { makeSamlKey, type SamlKey } from './saml-keys.ts';
export { answerSamlRequest, readSamlRequest } from './saml-provider.ts';
export { hasXmlsec, xmlsecSigns, xmlsecVerifies } from './xmlsec.ts';
