/** A page of somebody else that tries, in each way that a browser offers, to make its visitor send a request. */
export function foreignPage(
  targets: readonly { readonly method: string; readonly url: string }[],
  socket: string,
): string {
  return `<!doctype html><title>x</title><body><script>
const targets = ${JSON.stringify(targets)};
const body = '{"name":"evil"}';
async function attack() {
  const heard = [];
  for (const { method, url } of targets) {
    for (const type of ['text/plain', 'application/json']) {
      const sent = { method, body, headers: { 'content-type': type }, credentials: 'include' };
      await fetch(url, sent).then((answer) => heard.push(method + ' ' + url + ' ' + answer.status), () => undefined);
      await fetch(url, { ...sent, mode: 'no-cors' }).catch(() => undefined);
    }
    navigator.sendBeacon(url, new Blob([body], { type: 'text/plain' }));
    new Image().src = url;
    const frame = Object.assign(document.createElement('iframe'), { name: url });
    const form = Object.assign(document.createElement('form'), { method: 'post', action: url, target: url, enctype: 'text/plain' });
    form.append(Object.assign(document.createElement('input'), { name: '{"name":"evil","x":"', value: '"}' }));
    document.body.append(frame, form);
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    form.submit();
    await loaded;
    frame.remove();
  }
  const socket = new WebSocket(${JSON.stringify(socket)});
  await new Promise((resolve) => Object.assign(socket, { onopen: () => resolve(heard.push('socket')), onerror: resolve }));
  return heard;
}
globalThis.attacked = attack();
</script>`;
}

export interface Navigation {
  readonly method: 'get' | 'post';
  readonly url: string;
  readonly enctype: 'text/plain' | 'application/x-www-form-urlencoded' | 'multipart/form-data';
}

/** What takes the whole tab of its visitor to another place, with a form; the text of it reads as JSON where it can. */
export function submitForm({ method, url, enctype }: Navigation): string {
  // Fields of a form that only asks go into the address, which takes no parameter that it does not know.
  const field = `form.append(Object.assign(document.createElement('input'), { name: '{"name":"evil","x":"', value: '"}' }));`;
  return `{
    const form = Object.assign(document.createElement('form'), ${JSON.stringify({ method, action: url, enctype })});
    ${method === 'post' ? field : ''}
    document.body.append(form);
    form.submit();
  }`;
}

/** Tells of what a page does against its policy. */
export const tellViolations = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('POLICY', event.violatedDirective, event.blockedURI, event.sourceFile + ':' + event.lineNumber, event.sample));`;
