// No TypeScript: the types of this library would bring those of browsers into every program of ours.
export { DOMParser } from '@xmldom/xmldom';
