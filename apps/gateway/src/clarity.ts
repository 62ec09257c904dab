import type { IncomingMessage } from 'node:http';

/**
 * Whether every reader agrees on where a request ends and whom it is for, beyond what Node's parser insists on (RFC
 * 9112, sections 3.2 and 6.1). A backend may read less strictly than we do; what two readers take for different
 * requests is how one is smuggled past us.
 */
export function isClear(request: IncomingMessage): boolean {
  const { headers, httpVersion } = request;
  const coding = headers['transfer-encoding'];
  // Another coding would have to be undone here, since it ends here; and HTTP/1.0 has none.
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return false;
  if (coding !== undefined && httpVersion === '1.0') return false;
  return isPath(request.url) && hasOneHost(request);
}

/** Only paths pass: a whole address names a host of its own, and may name another one than the Host header. */
function isPath(url: string | undefined): boolean {
  return url?.startsWith('/') === true && !url.includes('#');
}

function hasOneHost({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.length === 4 && rawHeaders[index]?.toLowerCase() === 'host') hosts += 1;
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0');
}
