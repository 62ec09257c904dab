import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SamlKey } from './saml-keys.ts';

const run = promisify(execFile);
const program = '/usr/bin/xmlsec1';
const ids = [
  ...['--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:assertion:Assertion'],
  ...['--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:protocol:Response'],
];

/** Whether Debian's xmlsec1 is installed, which knows nothing of our code; tests that need it say so where it is not. */
export function hasXmlsec(): boolean {
  return existsSync(program);
}

/** Whether xmlsec1 finds the signature in an element valid by a certificate; in the first one of a document where none is named. */
export async function xmlsecVerifies(xml: string, key: SamlKey, of?: 'Assertion' | 'Response'): Promise<boolean> {
  return inDirectory(async (directory) => {
    const [document, certificate] = [join(directory, 'document.xml'), join(directory, 'certificate.pem')];
    await Promise.all([writeFile(document, xml), writeFile(certificate, key.certificate)]);
    const node = of === undefined ? [] : ['--node-xpath', `//*[local-name()='${of}']/*[local-name()='Signature'][1]`];
    try {
      // Keys that a document brings are not read: the one that it is verified with is given.
      const keys = ['--pubkey-cert-pem', certificate, '--enabled-key-data', 'rsa,ecdsa'];
      await run(program, ['--verify', ...keys, ...ids, ...node, document]);
      return true;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === 1) return false;
      throw error;
    }
  });
}

/** Signs an assertion with xmlsec1, so that what is verified was not signed by what verifies. */
export async function xmlsecSigns(
  xml: string,
  given: { readonly key: SamlKey; readonly id: string; readonly algorithm: string; readonly prefixes?: string },
): Promise<string> {
  const { key, id, algorithm, prefixes } = given;
  const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
  const kept =
    prefixes === undefined ? '' : `<ec:InclusiveNamespaces xmlns:ec="${exclusive}" PrefixList="${prefixes}"/>`;
  const template = [
    '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>',
    `<CanonicalizationMethod Algorithm="${exclusive}"/><SignatureMethod Algorithm="${algorithm}"/>`,
    `<Reference URI="#${id}"><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>`,
    `<Transform Algorithm="${exclusive}">${kept}</Transform></Transforms>`,
    '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference>',
    '</SignedInfo><SignatureValue/></Signature>',
  ].join('');
  return inDirectory(async (directory) => {
    const [document, keyFile, signed] = ['document.xml', 'key.pem', 'signed.xml'].map((each) => join(directory, each));
    if (document === undefined || keyFile === undefined || signed === undefined) throw new Error('no files');
    const at = xml.lastIndexOf('</saml:Issuer>') + '</saml:Issuer>'.length;
    await writeFile(document, xml.slice(0, at) + template + xml.slice(at));
    await writeFile(keyFile, key.privateKey);
    await run(program, ['--sign', '--privkey-pem', keyFile, ...ids, '--output', signed, document]);
    return readFile(signed, 'utf8');
  });
}

async function inDirectory<Result>(work: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac saml '));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
