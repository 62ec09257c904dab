import { steadyLoad } from './steady-load.ts';

const [port, host, perSecond, seconds] = process.argv.slice(2);
const latencies = await steadyLoad({
  port: Number(port),
  host: String(host),
  perSecond: Number(perSecond),
  seconds: Number(seconds),
});
console.log(JSON.stringify(latencies));
