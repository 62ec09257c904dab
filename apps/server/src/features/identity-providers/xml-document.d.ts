/** The tree in which `xml-crypto` works, as far as we walk it ourselves. */
export interface XmlNode {
  readonly nodeType: number;
  readonly namespaceURI: string | null;
  readonly localName: string | null;
  readonly firstChild: XmlNode | null;
  readonly nextSibling: XmlNode | null;
}

export declare class DOMParser {
  constructor(options: { readonly locator: object; readonly errorHandler: (level: string, message: string) => void });
  parseFromString(text: string, type: 'text/xml'): { readonly documentElement: XmlNode };
}
