import type { WrappedApplication } from './wrapped-application.ts';

/**
 * A server of files; it serves its own package. It is kept up by `concurrently`, whose documented option to restart for
 * ever makes it ignore SIGTERM: the signal ends the server, and that is a reason to start it again.
 */
export const httpServer: WrappedApplication = {
  name: 'http-server',
  releases: ['14.1.0', '14.1.1'],
  beside: { concurrently: '10.0.7' },
  files: {
    'almanac.yaml': `application: http-server
description: A server of files that is started again whenever it ends.
modules:
  files:
    build: npm ci --omit=dev
    start: >-
      exec node_modules/.bin/concurrently --restart-tries -1
      "node_modules/.bin/http-server node_modules/http-server -a 127.0.0.1 -p $PORT"
    health: /package.json
    resources: { cpu: 1000m, memory: 512Mi }
    stopGrace: 5
`,
  },
};
