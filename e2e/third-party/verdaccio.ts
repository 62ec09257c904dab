import type { WrappedApplication } from './wrapped-application.ts';

/**
 * A package registry; what is published to it stays in a volume. Two of them may hold it for a while: packages are
 * files that are written under a lock and read anew for each request. Only the list for its search is read at the start.
 */
export const verdaccio: WrappedApplication = {
  name: 'verdaccio',
  releases: ['6.9.1', '6.10.4'],
  // It asks for a release of node-fetch by a tag, which not every registry carries.
  overrides: { 'node-fetch': '2.6.7' },
  files: {
    'almanac.yaml': `application: verdaccio
description: A private package registry.
modules:
  registry:
    build: npm ci --omit=dev
    start: exec node_modules/.bin/verdaccio --config config.yaml --listen "127.0.0.1:$PORT"
    health: /-/ping
    volumes: { storage: { path: ./storage, shared: true } }
    resources: { cpu: 1000m, memory: 512Mi }
    stopGrace: 10
`,
    'config.yaml': `storage: ./storage
auth: { htpasswd: { file: ./storage/htpasswd } }
packages: { '**': { access: $all, publish: $all } }
log: { type: stdout, format: json, level: warn }
`,
  },
};

/** What `npm publish` sends: a package with one release of one byte of content. */
export function publication(name: string): unknown {
  const tarball = `${name}-1.0.0.tgz`;
  return {
    _id: name,
    name,
    'dist-tags': { latest: '1.0.0' },
    versions: {
      '1.0.0': { name, version: '1.0.0', dist: { tarball: `http://registry.invalid/${name}/-/${tarball}` } },
    },
    _attachments: { [tarball]: { content_type: 'application/octet-stream', data: 'QQ==', length: 1 } },
  };
}
