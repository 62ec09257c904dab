/** How a schema is written; the rest of JSON Schema reads the same in all of them. */
export interface Dialect {
  /** Keywords beside `$ref` do not count (OpenAPI 3.0, JSON Schema up to draft-07). */
  readonly refStandsAlone: boolean;
  /** `nullable`, and bounds that are made exclusive by a boolean (OpenAPI 3.0). */
  readonly openapi30: boolean;
}
