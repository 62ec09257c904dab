import type { WrappedApplication } from './wrapped-application.ts';

/**
 * A generator of sites that shows what it made. It listens late: by its nature the whole site is made first, and this
 * one has thousands of pages.
 */
export const eleventy: WrappedApplication = {
  name: 'eleventy',
  package: '@11ty/eleventy',
  releases: ['3.1.2', '3.1.5'],
  files: {
    'almanac.yaml': `application: eleventy
description: A site that is made at every start.
modules:
  site:
    build: npm ci --omit=dev
    start: exec node_modules/.bin/eleventy --serve --quiet --input=site --output="$HOME/made" --port="$PORT"
    health: /
    resources: { cpu: 1000m, memory: 768Mi }
    stopGrace: 10
`,
    'eleventy.config.mjs': `export default function (config) {
  config.addGlobalData('numbers', Array.from({ length: 8000 }, (_, index) => index));
}
`,
    'site/index.njk': '<p>{{ eleventy.generator }}</p>\n',
    'site/page.njk': `---
pagination: { data: numbers, size: 1, alias: number }
permalink: "page/{{ number }}/"
---
<p>Page {{ number }}</p>
`,
  },
};
