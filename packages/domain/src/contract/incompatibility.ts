/** Every way in which what is provided fails who was built against something else. */
export const incompatibilityCodes = [
  'kind-changed',
  'parameter-removed',
  'parameter-required',
  'parameter-style-changed',
  'body-removed',
  'body-required',
  'media-type-removed',
  'media-type-added',
  'encoding-changed',
  'status-removed',
  'status-added',
  'content-removed',
  'header-removed',
  'header-optional',
  'security-tightened',
  'callback-removed',
  'type-narrowed',
  'type-widened',
  'null-refused',
  'null-possible',
  'value-removed',
  'value-added',
  'format-changed',
  'pattern-changed',
  'bound-narrowed',
  'bound-widened',
  'field-removed',
  'field-required',
  'field-optional',
  'other-fields-refused',
  'other-fields-widened',
  'items-changed',
  'union-narrowed',
  'union-widened',
  'discriminator-changed',
  'declaration-changed',
  'cannot-tell',
] as const;
export type IncompatibilityCode = (typeof incompatibilityCodes)[number];

/** One reason why an element does not satisfy who was built against another version of it. */
export interface Incompatibility {
  readonly code: IncompatibilityCode;
  /** Where inside the element: `response 200 application/json /items/price`. */
  readonly place: string;
  /** What changed, in a sentence. */
  readonly detail: string;
}
