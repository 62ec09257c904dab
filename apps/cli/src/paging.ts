/** All items of a paged list, page by page. */
export async function listAll<Item>(
  read: (cursor: string | undefined) => Promise<{ readonly items: readonly Item[]; readonly next: string | null }>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}

/** The query of one page: the cursor is left out for the first. */
export function pageQuery(cursor: string | undefined): { readonly limit: number; readonly cursor?: string } {
  return cursor === undefined ? { limit: 200 } : { limit: 200, cursor };
}
