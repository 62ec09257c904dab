import type { SamlAssertion } from '@almanac/domain';
import { assertionNamespace, persistentFormat } from './saml-names.ts';
import { assertionParts } from './saml-shape.ts';
import { attributeOf, elementsIn, isNamed, odd, textIn, type XmlElement } from './saml-xml.ts';

/** What an assertion says; read from what was verified, and from nothing else. */
export interface ReadAssertion extends SamlAssertion {
  readonly id: string;
  readonly nameId: NameId | undefined;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

interface NameId {
  readonly value: string;
  readonly format: string | undefined;
  readonly nameQualifier: string | undefined;
  readonly spNameQualifier: string | undefined;
}

/** @throws {ProviderFault} for what cannot be read in one way */
export function readAssertion(assertion: XmlElement): ReadAssertion {
  const parts = assertionParts(assertion);
  const { Issuer: issuer, Subject: subject, Conditions: conditions, AuthnStatement: statement } = parts;
  if (issuer === undefined || subject === undefined || conditions === undefined || statement === undefined)
    throw odd('the assertion lacks its issuer, its subject, its conditions, or that somebody signed in');
  const end = timeOf(statement, 'SessionNotOnOrAfter');
  return {
    id: attributeOf(assertion, 'ID') ?? '',
    issuer: issuerOf(issuer),
    ...timesOf(conditions),
    audiences: audiencesOf(conditions),
    ...subjectOf(subject),
    sessionsEnd: end === null ? [] : [end],
    attributes: parts.AttributeStatement === undefined ? new Map() : attributesOf(parts.AttributeStatement),
  };
}

function subjectOf(subject: XmlElement): Pick<ReadAssertion, 'nameId' | 'confirmations'> {
  const inside = elementsIn(subject);
  const [nameId, ...more] = inside.filter((each) => isOf(each, 'NameID'));
  const confirmations = inside.filter((each) => isOf(each, 'SubjectConfirmation'));
  if (more.length > 0 || inside.length !== confirmations.length + (nameId === undefined ? 0 : 1))
    throw odd('the subject has other parts');
  return {
    nameId: nameId === undefined ? undefined : nameIdOf(nameId),
    confirmations: confirmations.map(confirmationOf),
  };
}

/** Who says it: the name of a provider, and no other kind of name. */
export function issuerOf(issuer: XmlElement): string {
  const format = attributeOf(issuer, 'Format') ?? entityFormat;
  if (format !== entityFormat) throw odd('the Issuer is no name of a provider');
  return textIn(issuer);
}

const entityFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity';

function nameIdOf(element: XmlElement): NameId {
  return {
    value: textIn(element),
    format: attributeOf(element, 'Format'),
    nameQualifier: attributeOf(element, 'NameQualifier'),
    spNameQualifier: attributeOf(element, 'SPNameQualifier'),
  };
}

function audiencesOf(conditions: XmlElement): readonly (readonly string[])[] {
  const all = elementsIn(conditions);
  // A condition that is not understood may not be passed over (core, 2.5.1).
  if (all.some((each) => !['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'].some((name) => isOf(each, name))))
    throw odd('it has a condition that is not known here');
  return all
    .filter((each) => isOf(each, 'AudienceRestriction'))
    .map((restriction) =>
      elementsIn(restriction).map((each) => {
        if (!isOf(each, 'Audience')) throw odd('an AudienceRestriction has other parts');
        return textIn(each);
      }),
    );
}

function confirmationOf(confirmation: XmlElement): SamlAssertion['confirmations'][number] {
  const inside = elementsIn(confirmation);
  const [about, ...more] = inside.filter((each) => isOf(each, 'SubjectConfirmationData'));
  if (about === undefined || more.length > 0 || inside.length > 1) throw odd('a SubjectConfirmation has other parts');
  return {
    method: attributeOf(confirmation, 'Method') ?? '',
    recipient: attributeOf(about, 'Recipient') ?? null,
    inResponseTo: attributeOf(about, 'InResponseTo') ?? null,
    ...timesOf(about),
  };
}

/** Attributes by name; an attribute that comes twice is refused, since somebody else may read the other one. */
function attributesOf(statement: XmlElement): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const attribute of elementsIn(statement)) {
    const name = attributeOf(attribute, 'Name');
    if (!isOf(attribute, 'Attribute') || name === undefined) throw odd('an attribute is none');
    if (found.has(name)) throw odd(`it has the attribute ${name} twice`);
    found.set(
      name,
      elementsIn(attribute).flatMap((each) => {
        if (!isOf(each, 'AttributeValue')) throw odd(`the attribute ${name} has other parts`);
        return textsOf(each);
      }),
    );
  }
  return found;
}

/** A value of an attribute; a persistent name in it (as of `eduPersonTargetedID`) is its text. */
function textsOf(value: XmlElement): readonly string[] {
  const [inside, ...more] = value.children.filter((each) => typeof each !== 'string');
  if (inside === undefined) return [textIn(value)];
  const isName = isOf(inside, 'NameID') && attributeOf(inside, 'Format') === persistentFormat;
  // Others are for programs that know their schema; they are nothing that somebody is known by.
  return isName && more.length === 0 ? [textIn(inside)] : [];
}

function timesOf(element: XmlElement) {
  return { notBefore: timeOf(element, 'NotBefore'), notOnOrAfter: timeOf(element, 'NotOnOrAfter') };
}

/** Times of SAML are in UTC (core, 1.3.3). */
function timeOf(element: XmlElement, name: string): number | null {
  const text = attributeOf(element, name);
  if (text === undefined) return null;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw odd(`${name} is no time in UTC`);
  return time;
}

function isOf(element: XmlElement, name: string): boolean {
  return isNamed(element, [assertionNamespace, name]);
}
