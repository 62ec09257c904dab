// The competitor: http-proxy as its documentation shows it, with an agent that keeps connections.
import { Agent } from 'node:http';
import { createRequire } from 'node:module';

const httpProxy = createRequire(import.meta.url)('http-proxy');
const [port, backend] = process.argv.slice(2).map(Number);
httpProxy
  .createProxyServer({
    target: { host: '127.0.0.1', port: backend },
    agent: new Agent({ keepAlive: true, maxSockets: 256 }),
    xfwd: true,
  })
  .listen(port, '127.0.0.1');
