import type { LogChunk, ReportedApplication } from '@almanac/protocol';
import type { LocalAction } from './holds.ts';
import { Html, html } from './html.ts';
import { style } from './local-style.ts';
import type { LocalApplication, LocalView } from './local-view.ts';

interface Signed {
  readonly view: LocalView;
  readonly actor: string;
  /** Proves that a form is of this session. */
  readonly formToken: string;
}

/** What runs here, why, and since when nobody told this site anything. */
export function sitePage(input: Signed): string {
  const { view } = input;
  const { applications, occurrences, untold } = view;
  return page({
    ...input,
    title: `${view.site} in ${view.environment}`,
    refresh: true,
    body: html`<h1>${view.site} <span class="soft">in ${view.environment}</span></h1>
${contact(view)}
${view.notices.map((each) => html`<p class="notice">${each}</p>`)}
<h2>What runs here</h2>
${
  applications.length === 0
    ? html`<p class="soft">Nothing runs here. What is deployed to ${view.environment} appears as soon as the server orders it.</p>`
    : html`<div class="scroll"><table><tr><th>application</th><th>state</th><th>version</th><th>instances</th><th>why</th></tr>
${applications.map(
  (each) => html`<tr><td class="short"><a href="/applications/${encodeURIComponent(each.name)}">${each.name}</a></td>
<td class="short">${stateOf(each.phase)}</td><td class="mono">${version(each)}</td><td class="short">${instances(each)}</td><td>${why(each)}</td></tr>`,
)}</table></div>`
}
<h2>What came to pass</h2>
${untold > 0 && html`<p class="soft">${untold} of these the server does not know yet; they are told in their order as soon as it answers.</p>`}
${
  occurrences.length === 0
    ? html`<p class="soft">Nothing yet.</p>`
    : html`<div class="scroll"><table><tr><th>when</th><th>what</th><th>application</th><th>detail</th><th>by</th></tr>
${occurrences.map(
  (each) => html`<tr><td class="short">${time(each.at)}</td><td class="short">${each.kind.replaceAll('-', ' ')}</td>
<td>${each.application ?? ''}</td><td>${each.detail}</td><td>${each.by}</td></tr>`,
)}</table></div>`
}`,
  });
}

/** One application: its instances, what may be done with it, and what it printed last. */
export function applicationPage(
  input: Signed & {
    readonly application: LocalApplication;
    readonly log: LogChunk & { readonly module: string };
    readonly mayAct: boolean;
  },
): string {
  const { application, log, view } = input;
  const rows = application.modules.flatMap((module) =>
    module.instances.map(
      (
        each,
      ) => html`<tr><td>${module.name}</td><td class="short">${stateOf(each.state)}</td><td class="short">${each.port ?? '–'}</td>
<td class="short">${each.pid ?? '–'}</td><td class="short">${each.restarts}</td><td class="short">${each.startedAt === null ? '–' : time(each.startedAt)}</td><td>${each.message ?? ''}</td></tr>`,
    ),
  );
  return page({
    ...input,
    title: `${application.name} on ${view.site}`,
    body: html`<p><a href="/">${view.site}</a></p><h1>${application.name}</h1>
<dl class="facts"><dt>state</dt><dd>${stateOf(application.phase)}</dd><dt>version</dt><dd class="mono">${version(application)}</dd>
${application.message !== null && html`<dt>why</dt><dd>${application.message}</dd>`}
${application.ordered !== null && html`<dt>ordered</dt><dd><span class="mono">${application.ordered}</span>, and waits until this is released</dd>`}</dl>
${holdNotice(application)}
${input.mayAct ? actions(application) : html`<p class="soft">${input.actor} may look, and not pause or roll back: that takes the capability deploy in ${view.environment}.</p>`}
<h2>Instances</h2>
${
  rows.length === 0
    ? html`<p class="soft">None runs.</p>`
    : html`<div class="scroll"><table><tr><th>module</th><th>state</th><th>port</th><th>process</th><th>restarts</th><th>started</th><th>last message</th></tr>${rows}</table></div>`
}
<h2>Log of ${log.module === '' ? application.name : log.module}</h2>
${
  application.modules.length > 1 &&
  html`<p>${application.modules.map((each) => html`<a href="?module=${encodeURIComponent(each.name)}">${each.name}</a> `)}</p>`
}
${log.text === '' ? html`<p class="soft">It printed nothing here.</p>` : html`<pre tabindex="0">${log.text}</pre>`}`,
  });
}

/** Says what an action does before it is done. */
export function actionPage(
  input: Signed & { readonly application: LocalApplication; readonly action: LocalAction; readonly mayAct: boolean },
): string {
  const { application, action, view } = input;
  const words = wordsOf(action, application, view);
  return page({
    ...input,
    title: words.button,
    body: html`<p><a href="/applications/${encodeURIComponent(application.name)}">${application.name}</a></p><h1>${words.button}</h1>
<p>${words.consequence}</p>
${
  words.possible && input.mayAct
    ? html`<form method="post"><input type="hidden" name="form" value="${input.formToken}">
<label for="reason">Why, for whoever reads it at the server</label><input id="reason" type="text" name="reason" maxlength="300" autocomplete="off">
<div class="actions"><button class="main">${words.button}</button><a class="button" href="/applications/${encodeURIComponent(application.name)}">Leave it as it is</a></div></form>
<p class="soft">The same by command: <code>almanac agent local ${action} ${application.name} --data …</code></p>`
    : html`<p class="soft">${words.possible ? `${input.actor} does not hold the capability deploy here.` : 'This cannot be done now.'}</p>`
}`,
  });
}

export function signInPage(input: { readonly site: string; readonly wrong: boolean }): string {
  return page({
    title: `Sign in to ${input.site}`,
    body: html`<h1>${input.site}</h1>
<p>This console is for whoever looks after this site, also while it is cut off from its server.</p>
${input.wrong && html`<p class="notice">This token is unknown here, or ran out.</p>`}
<form method="post" action="/sign-in"><label for="token">Token</label><input id="token" type="password" name="token" required autocomplete="off">
<div class="actions"><button class="main">Sign in</button></div></form>
<p class="soft">It is the one in the file <code>local/token</code> of the site's directory, or one that you made for this site: <code>almanac site local-token ${input.site}</code></p>`,
  });
}

export function messagePage(input: { readonly status: number; readonly detail: string }): string {
  return page({
    title: String(input.status),
    body: html`<h1>This is not possible</h1><p>${input.detail}</p><p><a href="/">Back to the site</a></p>`,
  });
}

function page(
  input: { readonly title: string; readonly body: Html; readonly refresh?: boolean } & Partial<Signed>,
): string {
  const { view, actor, formToken } = input;
  const bar =
    view !== undefined &&
    html`<header><strong>Almanac</strong><span class="soft">site console</span><span>${connection(view)}</span>
${formToken !== '' && html`<form method="post" action="/sign-out"><input type="hidden" name="form" value="${formToken}"><button>Sign out ${actor}</button></form>`}</header>`;
  const whole = html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${input.refresh === true && html`<meta http-equiv="refresh" content="15">`}<title>${input.title} · Almanac</title><style>${new Html(style)}</style></head>
<body>${bar}<main>${input.body}</main></body></html>`;
  return `<!doctype html>${whole.text}`;
}

function connection(view: LocalView): Html {
  return view.server.connected ? marked('healthy', 'connected') : marked('offline', 'cut off');
}

function contact(view: LocalView): Html {
  const { server, generation, gateway } = view;
  return html`<dl class="facts"><dt>server</dt><dd>${server.url} · ${connection(view)}</dd>
<dt>last contact</dt><dd>${server.lastContact === null ? 'never, as far as this agent knows' : time(server.lastContact)}</dd>
<dt>goes by</dt><dd>${generation === null ? 'no order yet' : html`generation <span class="mono">${generation.generation}</span> of incarnation <span class="mono">${generation.incarnation}</span>, made ${time(generation.issuedAt)}`}</dd>
${gateway !== null && html`<dt>gateway</dt><dd>${gateway.state}${gateway.frontPort !== null && ` on port ${gateway.frontPort}`}${gateway.message !== null && `: ${gateway.message}`}</dd>`}</dl>`;
}

function holdNotice({ hold }: LocalApplication): Html | false {
  if (hold === null) return false;
  const what = hold.kind === 'paused' ? 'kept at' : 'rolled back to';
  return html`<p class="notice">${hold.by} has ${what} <span class="mono">${hold.label}</span> here since ${time(hold.since)}${hold.reason !== '' && `: ${hold.reason}`}. What the server orders waits until it is released here.</p>`;
}

function actions(application: LocalApplication): Html {
  const link = (action: LocalAction, text: string) =>
    html`<a class="button" href="/applications/${encodeURIComponent(application.name)}/${action}">${text}</a>`;
  return html`<div class="actions">${application.hold === null ? link('pause', 'Pause') : link('release', `Release ${application.name}`)}
${application.previous !== null && link('roll-back', `Roll back to ${application.previous}`)}</div>`;
}

function wordsOf(action: LocalAction, application: LocalApplication, view: LocalView) {
  const { name, running, previous, hold, ordered } = application;
  switch (action) {
    case 'pause':
      return {
        possible: running !== null,
        button: `Keep ${name} at ${running ?? 'nothing'}`,
        consequence: `${name} stays at ${running ?? 'what runs'} on ${view.site}, whatever the server orders, until somebody releases it here. A rollout that is under way goes back.`,
      };
    case 'roll-back':
      return {
        possible: previous !== null,
        button: `Roll back ${name} to ${previous ?? 'nothing'}`,
        consequence: `${name} goes from ${running ?? 'nothing'} back to ${previous ?? 'an earlier version'} on ${view.site}, with the settings of then, and stays there until somebody releases it here. Its migrations are not undone.`,
      };
    case 'release':
      return {
        possible: hold !== null,
        button: `Release ${name}`,
        consequence: `${name} becomes again what the server orders${ordered === null ? '' : `: ${ordered}`}.`,
      };
  }
}

function version({ running, ordered }: LocalApplication): Html {
  return html`${running ?? '–'}${ordered !== null && html` <span class="soft">(${ordered} waits)</span>`}`;
}

function why({ hold, message }: LocalApplication): Html {
  const held =
    hold !== null &&
    `${hold.kind === 'paused' ? 'kept' : 'rolled back'} by ${hold.by}${hold.reason === '' ? '' : `: ${hold.reason}`}`;
  return html`${held}${held !== false && message !== null && ' · '}${message}`;
}

function instances({ modules }: LocalApplication): string {
  const all = modules.flatMap((each) => each.instances);
  const ready = all.filter((each) => each.state === 'ready').length;
  return `${ready} of ${all.length} ready`;
}

const healthOf: Readonly<Record<string, string>> = {
  healthy: 'healthy',
  ready: 'healthy',
  staged: 'waiting',
  waiting: 'waiting',
  degraded: 'warning',
  returning: 'warning',
  unready: 'warning',
  failed: 'failed',
  exited: 'failed',
};
const marks: Readonly<Record<string, string>> = {
  healthy: '●',
  progressing: '◐',
  waiting: '◔',
  warning: '▲',
  failed: '■',
  offline: '○',
};

function stateOf(
  state: ReportedApplication['phase'] | ReportedApplication['modules'][number]['instances'][number]['state'],
): Html {
  return marked(healthOf[state] ?? 'progressing', state);
}

function marked(health: string, word: string): Html {
  return html`<span class="${health}"><span class="mark" aria-hidden="true">${marks[health]}</span>${word}</span>`;
}

/** The exact time: pages without scripts know no time zone of their reader. */
function time(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}
