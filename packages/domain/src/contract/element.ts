/** What a contract is written in. */
export const contractKinds = ['openapi', 'json-schema', 'package'] as const;
export type ContractKind = (typeof contractKinds)[number];

/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const jsonTypes = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] as const;
export type JsonType = (typeof jsonTypes)[number];

/** A schema of an element: its index in the element's `schemas`. Schemas may refer to each other in circles. */
export type SchemaRef = number;

/** A value that satisfies one of several schemas. */
export interface UnionSchema {
  readonly anyOf: readonly SchemaRef[];
  /** It must satisfy exactly one, and the schemas may overlap. */
  readonly exclusive?: true;
  /** The field that tells the schemas apart, and its values. */
  readonly discriminator?: { readonly field: string; readonly values: readonly string[] };
}

export interface Bound {
  readonly value: number;
  readonly exclusive: boolean;
}

/** A rule of JSON Schema that is compared as a whole: equal, or nobody can tell. */
export interface OpaqueRule {
  readonly keyword: string;
  readonly detail: Json;
  readonly schemas: readonly SchemaRef[];
}

/** A schema without alternatives: all that it says holds together; what it does not say does not matter. */
export interface PlainSchema {
  /** No value satisfies it. */
  readonly never?: true;
  /** Absent where `values` are given or any type will do; several types are a union. `number` stands for integers too. */
  readonly type?: JsonType;
  /** The only values, sorted by their JSON. */
  readonly values?: readonly Json[];
  readonly formats?: readonly string[];
  readonly patterns?: readonly string[];
  readonly lower?: Bound;
  readonly upper?: Bound;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Named fields of an object, sorted by name. */
  readonly fields?: readonly (readonly [name: string, schema: SchemaRef])[];
  /** Sorted. */
  readonly required?: readonly string[];
  /** Schema of every field that is not named. Absent: anything goes. */
  readonly otherFields?: SchemaRef;
  readonly minFields?: number;
  readonly maxFields?: number;
  /** Schemas of the first items of an array. */
  readonly firstItems?: readonly SchemaRef[];
  /** Schema of every further item. Absent: anything goes. */
  readonly items?: SchemaRef;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: true;
  readonly readOnly?: true;
  readonly writeOnly?: true;
  /** Unions that hold besides. */
  readonly also?: readonly SchemaRef[];
  readonly opaque?: readonly OpaqueRule[];
}

export type Schema = UnionSchema | PlainSchema;

/** What a body or a message carries in one media type. */
export interface MediaContent {
  readonly mediaType: string;
  readonly schema: SchemaRef;
  /** How the parts of a form are written, as in OpenAPI's `encoding`. */
  readonly encoding?: Json;
}

export interface Parameter {
  readonly location: 'path' | 'query' | 'header' | 'cookie';
  /** A parameter of the path is named by its position, from 0. Names of headers are in lower case. */
  readonly name: string;
  readonly required: boolean;
  /** How the value is written: style and explode, or a media type. */
  readonly style: string;
  readonly schema: SchemaRef;
}

export interface Header {
  /** In lower case. */
  readonly name: string;
  readonly required: boolean;
  readonly schema: SchemaRef;
}

export interface Body {
  readonly required: boolean;
  readonly content: readonly MediaContent[];
}

export interface Response {
  /** `200`, a range such as `4XX`, or `default`. */
  readonly status: string;
  readonly headers: readonly Header[];
  readonly content: readonly MediaContent[];
}

/** One way to be let in: every scheme of it is needed. An empty one lets everybody in. */
export type SecurityAlternative = readonly { readonly scheme: string; readonly scopes: readonly string[] }[];

export interface Operation {
  readonly parameters: readonly Parameter[];
  readonly body?: Body;
  readonly responses: readonly Response[];
  /** Any of them will do; none means that no proof is asked for. */
  readonly security: readonly SecurityAlternative[];
  /** Requests that the provider makes in turn, by their names. */
  readonly callbacks: readonly (readonly [name: string, operation: Operation])[];
}

/** The schemas to which the elements of a contract refer, and their hashes: equal hashes, equal schemas. */
export interface SchemaTable {
  readonly schemas: readonly Schema[];
  readonly hashes: readonly string[];
}

/** A request that the provider answers, or that it makes (`sent`: a webhook). */
export interface OperationElement extends SchemaTable {
  readonly kind: 'openapi';
  readonly sent: boolean;
  readonly operation: Operation;
}

/** An event or message that the provider emits. */
export interface MessageElement extends SchemaTable {
  readonly kind: 'json-schema';
  readonly root: SchemaRef;
}

/** An export of a TypeScript package: the syntax of its declaration, and of every one that it leads to. */
export interface ExportElement {
  readonly kind: 'package';
  /**
   * The export's own declaration first. Syntax is that of ESTree without positions and comments; `{ declaration: 3 }`
   * stands where another declaration is named, members of types are sorted and carry their `key`.
   */
  readonly declarations: readonly Json[];
}

/** One element of a contract in normal form: equal meaning, equal content, as far as that can be told. */
export type ContractElement = OperationElement | MessageElement | ExportElement;

/** An element without its schemas, which are kept once for all elements of a contract. */
export type ElementBody =
  | Omit<OperationElement, keyof SchemaTable>
  | Omit<MessageElement, keyof SchemaTable>
  | ExportElement;

/** An element made whole with the schemas of its contract. */
export function elementOf(body: ElementBody, { schemas, hashes }: SchemaTable): ContractElement {
  return body.kind === 'package' ? body : { ...body, schemas, hashes };
}
