import { describe, expect, test } from 'vitest';
import { compareOnly, readText } from './contracts-for-tests.ts';
import { readContractFile } from './read-contract-file.ts';
import { sourceFolderOf } from './syntax/source-folder.ts';

const read = (text: string) => readText('index.d.ts', text);
const codes = (before: string, after: string) => compareOnly(read(before), read(after)).map((each) => each.code);
const fingerprint = (text: string) => read(text).elements[0]?.fingerprint;
const greet = 'export declare function greet(name: string): string;';

describe('an export that only reads otherwise is the same', () => {
  test.each([
    [
      'with comments and white space',
      greet,
      '/** Greets. */\nexport   declare function greet( name : string ) : string ; // done',
    ],
    ['with another name of a parameter', greet, 'export declare function greet(who: string): string;'],
    ['exported at the end', greet, 'declare function greet(name: string): string;\nexport { greet };'],
    [
      'members in another order',
      'export interface A { a: string; b?: number }',
      'export interface A { b?: number; a: string }',
    ],
    [
      'interfaces of one name',
      'export interface A { a: string; b: number }',
      'export interface A { b: number }\nexport interface A { a: string }',
    ],
    ['a union in another order', 'export type A = string | number;', 'export type A = number | string;'],
    [
      'another name inside',
      'interface B { b: string }\nexport type A = B[];',
      'interface C { b: string }\nexport type A = C[];',
    ],
    [
      'private members of a class',
      'export declare class A { a: string; }',
      'export declare class A { private b; a: string; #c; }',
    ],
  ])('%s', (_title, before, after) => {
    expect(fingerprint(after)).toBe(fingerprint(before));
    expect(codes(before, after)).toEqual([]);
  });
});

describe('an export that changes', () => {
  test.each([
    [
      'an optional parameter appended',
      greet,
      'export declare function greet(name: string, loud?: boolean): string;',
      [],
    ],
    ['a rest parameter appended', greet, 'export declare function greet(name: string, ...more: string[]): string;', []],
    [
      'a required parameter appended',
      greet,
      'export declare function greet(name: string, loud: boolean): string;',
      ['declaration-changed'],
    ],
    ['a parameter removed', greet, 'export declare function greet(): string;', ['declaration-changed']],
    [
      'a parameter that becomes optional',
      greet,
      'export declare function greet(name?: string): string;',
      ['cannot-tell'],
    ],
    ['a parameter of another type', greet, 'export declare function greet(name: number): string;', ['cannot-tell']],
    ['another result', greet, 'export declare function greet(name: string): number;', ['cannot-tell']],
    [
      'an optional member added',
      'export interface A { a: string }',
      'export interface A { a: string; b?: number }',
      [],
    ],
    [
      'a required member added',
      'export interface A { a: string }',
      'export interface A { a: string; b: number }',
      ['cannot-tell'],
    ],
    [
      'a member removed',
      'export interface A { a: string; b?: number }',
      'export interface A { a: string }',
      ['declaration-changed'],
    ],
    [
      'a method with a further optional parameter',
      'export interface A { a(x: string): void }',
      'export interface A { a(x: string, y?: string): void }',
      [],
    ],
    [
      'a method added to a class',
      'export declare class A { a(): void }',
      'export declare class A { a(): void; b(): void }',
      [],
    ],
    [
      'a method removed from a class',
      'export declare class A { a(): void; b(): void }',
      'export declare class A { a(): void }',
      ['declaration-changed'],
    ],
    [
      'a type that it names changes inside',
      'interface B { b: string }\nexport declare function f(b: B): void;',
      'interface B { b: number }\nexport declare function f(b: B): void;',
      ['cannot-tell'],
    ],
    [
      'a type that it names gets an optional member',
      'interface B { b: string }\nexport declare function f(b: B): void;',
      'interface B { b: string; c?: string }\nexport declare function f(b: B): void;',
      [],
    ],
    [
      'a type that becomes a function',
      'export declare const a: string;',
      'export declare function a(): string;',
      ['cannot-tell'],
    ],
    ['an enum', 'export declare enum A { a = 1 }', 'export declare enum A { a = 2 }', ['cannot-tell']],
    [
      'a type of another package',
      "import { X } from 'x';\nexport declare const a: X;",
      "import { X } from 'y';\nexport declare const a: X;",
      ['cannot-tell'],
    ],
  ])('%s', (_title, before, after, expected) => {
    expect([...new Set(codes(before, after))]).toEqual(expected);
  });
});

describe('the exports of a package', () => {
  test('are its elements, from wherever they come', () => {
    const folder = sourceFolderOf({
      'index.d.ts':
        "export * from './a.js';\nexport { b as c } from './b/index.js';\nexport * as all from './a.js';\nexport default function main(): void;\nexport { readFile } from 'node:fs';",
      'a.d.ts': 'export declare const a: string;\nexport interface A { next?: A }\ndeclare const hidden: string;',
      'b/index.d.ts': 'export declare const b: number;',
    });

    const { elements, kind } = readContractFile(folder, 'index.d.ts');

    expect(kind).toBe('package');
    expect(elements.map((each) => each.key)).toEqual(['A', 'a', 'all', 'c', 'default', 'readFile']);
  });

  test('may name themselves in a circle', () => {
    const before = 'export interface A { children: A[]; parent?: B }\ninterface B { of: A }';

    expect(codes(before, before)).toEqual([]);
    expect(codes(before, before.replace('of: A', 'of: A; more?: string'))).toEqual([]);
    expect(codes(before, before.replace('of: A', 'of: B'))).toContain('declaration-changed');
  });

  test('of a generic type keep their parameters apart from what has the same name', () => {
    const given = 'interface T { t: string }\nexport type A<T> = T[];';

    expect(fingerprint(given)).toBe(fingerprint('export type A<T> = T[];'));
  });

  test.each([
    ['nothing', 'declare const a: string;\nexport {};', 'it exports nothing'],
    ['what is not valid', 'export declare const a: ;', 'index.d.ts:1:25: it is not valid TypeScript'],
    ['in the old way', 'declare const a: string;\nexport = a;', '`export =` and `import =` are not supported'],
    ['all of another package', "export * from 'x';", 'it exports everything of x'],
    ['what is not there', "export * from './gone.js';", 'it names ./gone.js, and there is no gone.d.ts'],
    ['what is not declared', 'export { gone };', 'it exports gone, which is not declared'],
    ['of a file outside', "export * from '../b.js';", "lies outside of the module's folder"],
    ['in a circle', "export { a } from './index.js';", 'the export a refers to nothing but itself'],
  ])('that are %s are refused', (_title, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
