import type { Goal } from './comparison.ts';
import type {
  Header,
  MediaContent,
  MessageElement,
  Operation,
  OperationElement,
  Parameter,
  Response,
  SchemaRef,
  SchemaTable,
  SecurityAlternative,
} from './element.ts';
import type { Incompatibility, IncompatibilityCode } from './incompatibility.ts';
import { compareSchemas } from './schema-comparison.ts';

/** One request as two sides know it: who answers it, and who makes it. */
interface Exchange {
  /** What whoever answers asks for and gives. */
  readonly answering: Operation;
  /** What whoever asks was built to send and to take. */
  readonly asking: Operation;
}

/** What was found: reasons, and schemas still to be compared in each direction. */
interface Found {
  readonly reasons: readonly Incompatibility[];
  readonly inputs: readonly Goal[];
  readonly outputs: readonly Goal[];
}

/** Compares what an event carries: the provider writes it, the consumer reads it. */
export function compareMessages(provided: MessageElement, builtAgainst: MessageElement): readonly Incompatibility[] {
  return compareSchemas({ written: provided, read: builtAgainst, direction: 'output' }, [
    { written: provided.root, read: builtAgainst.root, place: '' },
  ]);
}

/** Compares a request: parameters and body go in, answers come out. In a webhook the consumer is who answers. */
export function compareOperations(
  provided: OperationElement,
  builtAgainst: OperationElement,
): readonly Incompatibility[] {
  const provider = { operation: provided.operation, table: provided };
  const consumer = { operation: builtAgainst.operation, table: builtAgainst };
  return provided.sent
    ? compareExchange({ answering: consumer, asking: provider, providerAsks: true })
    : compareExchange({ answering: provider, asking: consumer, providerAsks: false });
}

interface Side {
  readonly operation: Operation;
  readonly table: SchemaTable;
}

interface Sides {
  readonly answering: Side;
  readonly asking: Side;
  /** What the provider writes is read with patience, whichever way it goes. */
  readonly providerAsks: boolean;
}

function compareExchange({ answering, asking, providerAsks }: Sides): readonly Incompatibility[] {
  const exchange = { answering: answering.operation, asking: asking.operation };
  const found = [
    compareParameters(exchange),
    compareBodies(exchange),
    compareResponses(exchange),
    compareSecurity(exchange),
  ];
  return [
    ...found.flatMap((each) => each.reasons),
    ...compareSchemas(
      { written: asking.table, read: answering.table, direction: providerAsks ? 'output' : 'input' },
      found.flatMap((each) => each.inputs),
    ),
    ...compareSchemas(
      { written: answering.table, read: asking.table, direction: providerAsks ? 'input' : 'output' },
      found.flatMap((each) => each.outputs),
    ),
    ...compareCallbacks({ answering, asking, providerAsks }),
  ];
}

function compareParameters({ answering, asking }: Exchange): Found {
  const reasons: Incompatibility[] = [];
  const inputs: Goal[] = [];
  for (const sent of asking.parameters) {
    const place = `parameter ${sent.location} ${sent.name}`;
    const taken = answering.parameters.find((each) => isSame(each, sent));
    if (taken === undefined) {
      reasons.push(reason('parameter-removed', place, `the parameter ${sent.name} is not known any more`));
      continue;
    }
    if (taken.required && !sent.required)
      reasons.push(reason('parameter-required', place, `the parameter ${sent.name} is required now`));
    if (taken.style !== sent.style)
      reasons.push(
        reason('parameter-style-changed', place, `it was written as ${sent.style} and is read as ${taken.style}`),
      );
    inputs.push({ written: sent.schema, read: taken.schema, place: `${place} ` });
  }
  for (const taken of answering.parameters)
    if (taken.required && !asking.parameters.some((each) => isSame(each, taken)))
      reasons.push(
        reason(
          'parameter-required',
          `parameter ${taken.location} ${taken.name}`,
          `the parameter ${taken.name} is there now and required`,
        ),
      );
  return { reasons, inputs, outputs: [] };
}

function isSame(one: Parameter, other: Parameter): boolean {
  return one.location === other.location && one.name === other.name;
}

function compareBodies({ answering, asking }: Exchange): Found {
  const [taken, sent] = [answering.body, asking.body];
  if (sent === undefined)
    return taken?.required === true ? only(reason('body-required', 'body', 'a body is required now')) : none;
  if (taken === undefined) return only(reason('body-removed', 'body', 'a body is not taken any more'));
  const reasons: Incompatibility[] = [];
  const inputs: Goal[] = [];
  if (taken.required && !sent.required) reasons.push(reason('body-required', 'body', 'the body is required now'));
  for (const content of sent.content) {
    const place = `body ${content.mediaType}`;
    const match = mediaFor(taken.content, content.mediaType);
    if (match === undefined) {
      reasons.push(reason('media-type-removed', place, `${content.mediaType} is not accepted any more`));
      continue;
    }
    reasons.push(...compareEncodings(place, match, content));
    inputs.push({ written: content.schema, read: match.schema, place: `${place} ` });
  }
  return { reasons, inputs, outputs: [] };
}

/** The content of a media type: its own, else that of the narrowest range that holds it. */
function mediaFor(content: readonly MediaContent[], mediaType: string): MediaContent | undefined {
  const family = `${mediaType.split('/')[0]}/*`;
  return [mediaType, family, '*/*']
    .map((name) => content.find((each) => each.mediaType === name))
    .find((each) => each !== undefined);
}

function compareEncodings(place: string, one: MediaContent, other: MediaContent): readonly Incompatibility[] {
  return JSON.stringify(one.encoding) === JSON.stringify(other.encoding)
    ? []
    : [reason('encoding-changed', place, 'the parts of the form are written in another way')];
}

/**
 * Answers: whoever asks knows what to do with a status that it does not know by its class (RFC 9110, section 15) as
 * long as it means failure; a success that it was not built for is another thing.
 */
function compareResponses({ answering, asking }: Exchange): Found {
  const reasons: Incompatibility[] = [];
  const outputs: Goal[] = [];
  for (const given of answering.responses) {
    const expected = responseFor(asking.responses, given.status);
    if (expected === undefined) {
      if (isSuccess(given.status))
        reasons.push(reason('status-added', `response ${given.status}`, `it may answer ${given.status} now`));
      continue;
    }
    const compared = compareResponse(given, expected);
    reasons.push(...compared.reasons);
    outputs.push(...compared.outputs);
  }
  for (const expected of asking.responses) {
    if (!isSuccess(expected.status)) continue;
    const given = responseFor(answering.responses, expected.status);
    const within = answering.responses.some((each) => responseFor([expected], each.status) !== undefined);
    if (given === undefined && !within)
      reasons.push(
        reason('status-removed', `response ${expected.status}`, `it does not answer ${expected.status} any more`),
      );
    else if (given !== undefined && given.status !== expected.status) {
      const compared = compareResponse({ ...given, status: expected.status }, expected);
      reasons.push(...compared.reasons);
      outputs.push(...compared.outputs);
    }
  }
  return { reasons, inputs: [], outputs };
}

/** The response that stands for a status: its own, its range, or the default one. */
function responseFor(responses: readonly Response[], status: string): Response | undefined {
  const range = /^[1-5]/.test(status) ? `${status[0]}XX` : '';
  return [status, range, 'default']
    .map((name) => responses.find((each) => each.status === name))
    .find((each) => each !== undefined);
}

function isSuccess(status: string): boolean {
  return /^[123]/.test(status);
}

function compareResponse(given: Response, expected: Response): Pick<Found, 'reasons' | 'outputs'> {
  const place = `response ${given.status}`;
  const reasons: Incompatibility[] = [];
  const outputs: Goal[] = [];
  if (expected.content.length > 0 && given.content.length === 0)
    reasons.push(reason('content-removed', place, 'the answer has no content any more'));
  for (const content of given.content) {
    const at = `${place} ${content.mediaType}`;
    const match = mediaFor(expected.content, content.mediaType);
    if (match !== undefined) {
      reasons.push(...compareEncodings(at, content, match));
      outputs.push({ written: content.schema, read: match.schema, place: `${at} ` });
    }
  }
  for (const content of given.content.length === 0 ? [] : expected.content)
    if (mediaFor(given.content, content.mediaType) === undefined && !isRange(content.mediaType))
      reasons.push(
        reason('media-type-removed', `${place} ${content.mediaType}`, `${content.mediaType} is not offered any more`),
      );
    else if (isRange(content.mediaType) && !given.content.some((each) => mediaFor([content], each.mediaType)))
      reasons.push(
        reason(
          'media-type-removed',
          `${place} ${content.mediaType}`,
          `nothing of ${content.mediaType} is offered any more`,
        ),
      );
  // Where a range of what was offered became one type, each is compared above; the other way something unknown may come.
  for (const content of given.content)
    if (
      isRange(content.mediaType) &&
      expected.content.length > 0 &&
      mediaFor(expected.content, content.mediaType) === undefined
    )
      reasons.push(
        reason(
          'media-type-added',
          `${place} ${content.mediaType}`,
          `the answer may be any of ${content.mediaType} now`,
        ),
      );
  for (const header of expected.headers) {
    const compared = compareHeader(place, {
      given: given.headers.find((each) => each.name === header.name),
      expected: header,
    });
    reasons.push(...compared.reasons);
    outputs.push(...compared.outputs);
  }
  return { reasons, outputs };
}

function isRange(mediaType: string): boolean {
  return mediaType.endsWith('*');
}

function compareHeader(
  response: string,
  pair: { readonly given: Header | undefined; readonly expected: Header },
): Pick<Found, 'reasons' | 'outputs'> {
  const { given, expected } = pair;
  const place = `${response} header ${expected.name}`;
  if (given === undefined)
    return {
      reasons: [reason('header-removed', place, `the header ${expected.name} is not there any more`)],
      outputs: [],
    };
  const optional = expected.required && !given.required;
  return {
    reasons: optional ? [reason('header-optional', place, `the header ${expected.name} may be absent now`)] : [],
    outputs: [{ written: given.schema, read: expected.schema, place: `${place} ` }],
  };
}

/** Whoever asks was built for one of the alternatives, nobody knows which: each must still be enough. */
function compareSecurity({ answering, asking }: Exchange): Found {
  if (answering.security.length === 0) return none;
  const known = asking.security.length === 0 ? [[]] : asking.security;
  const short = known.filter((had) => !answering.security.some((needed) => isEnough(had, needed)));
  return short.length === 0
    ? none
    : only(
        ...short.map((had) =>
          reason(
            'security-tightened',
            'security',
            had.length === 0 ? 'a proof of who asks is needed now' : `${namesOf(had)} is not enough any more`,
          ),
        ),
      );
}

function isEnough(had: SecurityAlternative, needed: SecurityAlternative): boolean {
  return needed.every((each) =>
    had.some((own) => own.scheme === each.scheme && each.scopes.every((scope) => own.scopes.includes(scope))),
  );
}

function namesOf(alternative: SecurityAlternative): string {
  return alternative
    .map(({ scheme, scopes }) => (scopes.length === 0 ? scheme : `${scheme} with ${scopes.join(' ')}`))
    .join(' and ');
}

/** In a callback who answered asks. */
function compareCallbacks({ answering, asking, providerAsks }: Sides): readonly Incompatibility[] {
  return asking.operation.callbacks.flatMap(([name, operation]) => {
    const place = `callback ${name}`;
    const made = answering.operation.callbacks.find(([each]) => each === name)?.[1];
    if (made === undefined) return [reason('callback-removed', place, `the callback ${name} is not made any more`)];
    return compareExchange({
      answering: { operation, table: asking.table },
      asking: { operation: made, table: answering.table },
      providerAsks: !providerAsks,
    }).map((each) => ({ ...each, place: `${place} ${each.place}` }));
  });
}

function reason(code: IncompatibilityCode, place: string, detail: string): Incompatibility {
  return { code, place, detail };
}

const none: Found = { reasons: [], inputs: [], outputs: [] };

function only(...reasons: readonly Incompatibility[]): Found {
  return { ...none, reasons };
}

/** Every schema that an operation refers to, in a fixed order, with its place. */
export function schemasOf(operation: Operation): readonly SchemaRef[] {
  return [
    ...operation.parameters.map((each) => each.schema),
    ...(operation.body?.content ?? []).map((each) => each.schema),
    ...operation.responses.flatMap((each) => [
      ...each.headers.map((header) => header.schema),
      ...each.content.map((content) => content.schema),
    ]),
    ...operation.callbacks.flatMap(([, callback]) => schemasOf(callback)),
  ];
}
