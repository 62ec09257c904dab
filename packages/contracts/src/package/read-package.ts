import type { Json } from '@almanac/domain';
import type { ContractDocument } from '../contract-document.ts';
import { ContractFault } from '../contract-fault.ts';
import { finishDocument } from '../finish-document.ts';
import { limits } from '../limits.ts';
import type { SourceFolder } from '../syntax/source-folder.ts';
import { type Declared, openModules } from './modules.ts';
import { syntaxOf } from './syntax-of.ts';

/** Reads the exports of a declaration file, and of the files of its folder that it names. */
export function readPackage(folder: SourceFolder, path: string): ContractDocument {
  const modules = openModules(folder);
  const names = modules.exportsOf(path);
  if (names.length > limits.elements)
    throw new ContractFault({ file: path, detail: `it has ${names.length} exports; ${limits.elements} are the most` });
  if (names.length === 0) throw new ContractFault({ file: path, detail: 'it exports nothing' });
  return finishDocument({
    kind: 'package',
    elements: names.map((name) => {
      const declarations = closureOf(modules.exported(path, name), { modules, file: path });
      const body = { kind: 'package' as const, declarations };
      return { key: name, label: name, body, meaning: body };
    }),
  });
}

/** A declaration and all that it leads to, numbered in the order in which they are met. */
function closureOf(
  root: Declared,
  { modules, file }: { readonly modules: ReturnType<typeof openModules>; readonly file: string },
): readonly Json[] {
  const numbers = new Map<string, number>([[root.id, 0]]);
  const queue: Declared[] = [root];
  const found: Json[] = [];
  for (const declared of queue) {
    if (queue.length > limits.elements)
      throw new ContractFault({ file, detail: `an export leads to more than ${limits.elements} declarations` });
    const refer = (name: string): Json | undefined => {
      const target = modules.named(declared.file, name);
      if (target === undefined) return undefined;
      if (target.kind === 'elsewhere') return { type: 'Import', from: target.from, name: target.name };
      const number = numbers.get(target.declared.id) ?? numbers.size;
      if (!numbers.has(target.declared.id)) queue.push(target.declared);
      numbers.set(target.declared.id, number);
      return { declaration: number };
    };
    found.push(syntaxOf(declared.nodes, { refer, file: declared.file }));
  }
  return found;
}
