import { refusals } from '@almanac/domain';

/** The text of docs/problems.md, made from the catalogue of refusals. */
export function problemsDocument(): string {
  const rows = Object.entries(refusals)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([code, { category, title }]) => `| <a id="${code}"></a>\`${code}\` | ${category} | ${title} |`);
  return `# Problems

Every expected refusal of the API is a problem document (RFC 9457) whose \`code\` is one of these; \`type\` ends in it.
\`detail\` says what happened in the case at hand and what to do about it. \`errors\` lists every fault in what was sent.

This page is generated: \`npm run generate\`.

| code | category | title |
|---|---|---|
${rows.join('\n')}
`;
}
