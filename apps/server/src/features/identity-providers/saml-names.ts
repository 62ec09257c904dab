/** Namespaces and names of SAML 2.0 and of signatures in XML. */
export const protocolNamespace = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const assertionNamespace = 'urn:oasis:names:tc:SAML:2.0:assertion';
export const metadataNamespace = 'urn:oasis:names:tc:SAML:2.0:metadata';
export const signatureNamespace = 'http://www.w3.org/2000/09/xmldsig#';

export const names = {
  response: [protocolNamespace, 'Response'],
  assertion: [assertionNamespace, 'Assertion'],
  issuer: [assertionNamespace, 'Issuer'],
  signature: [signatureNamespace, 'Signature'],
} as const;

export const redirectBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
export const postBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
export const persistentFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

export const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
export const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

/** With a pair of keys of its own for each side, by the kind of key that each takes; SHA-1 and shared secrets are not among them. */
export const signatureAlgorithms: Readonly<Record<string, 'rsa' | 'ec'>> = {
  [rsaSha256]: 'rsa',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'rsa',
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256': 'ec',
};

export const digestAlgorithms: readonly string[] = [
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
];
