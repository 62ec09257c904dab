import type { WrappedApplication } from './wrapped-application.ts';

/**
 * A tool that runs flows drawn in the browser; they stay in a volume, of which each process believes that it is its
 * own: two of them would run every flow twice and overwrite what the other one saved.
 */
export const nodeRed: WrappedApplication = {
  name: 'node-red',
  releases: ['4.1.15', '5.0.7'],
  files: {
    'almanac.yaml': `application: node-red
description: Flows that connect things, drawn in the browser.
modules:
  editor:
    build: npm ci --omit=dev
    start: exec node_modules/.bin/node-red --userDir data --settings settings.js
    health: /settings
    volumes: { data: ./data }
    resources: { cpu: 1000m, memory: 768Mi }
    stopGrace: 10
`,
    'settings.js': `module.exports = {
  uiHost: '127.0.0.1',
  uiPort: process.env.PORT,
  flowFile: 'flows.json',
  credentialSecret: 'not secret: a test',
  telemetry: { enabled: false },
};
`,
  },
};

/** A flow that answers GET /hello with a sentence. */
export function helloFlow(sentence: string): unknown {
  return [
    { id: 'tab1', type: 'tab', label: 'Hello' },
    { id: 'in1', type: 'http in', z: 'tab1', name: '', url: '/hello', method: 'get', wires: [['say1']], x: 100, y: 80 },
    {
      id: 'say1',
      type: 'template',
      z: 'tab1',
      name: '',
      field: 'payload',
      fieldType: 'msg',
      format: 'text',
      syntax: 'plain',
      template: sentence,
      output: 'str',
      wires: [['out1']],
      x: 250,
      y: 80,
    },
    { id: 'out1', type: 'http response', z: 'tab1', name: '', statusCode: '', headers: {}, wires: [], x: 400, y: 80 },
  ];
}
