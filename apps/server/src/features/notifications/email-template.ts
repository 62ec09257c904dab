import type { ToldNotification } from './cloud-event.ts';

export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const colours = { info: '#2C5AA0', warning: '#8A5A00', error: '#B3261E' } as const;

/** A notification as a letter: plain text, and the same in HTML. What people wrote is shown as text in both. */
export function letterOf(input: {
  readonly notification: ToldNotification;
  readonly subscription: string;
  readonly publicUrl: string;
}): Letter {
  const { content, at, kind } = input.notification;
  const link = new URL(content.path, input.publicUrl).href;
  const when = at
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  const foot = `Sent by Almanac at ${input.publicUrl} for the subscription ${input.subscription} (${kind}). To stop it: almanac notification pause ${input.subscription}`;
  return {
    subject: oneLine(`[Almanac] ${content.title}`),
    text: [
      content.title,
      when,
      '',
      ...content.facts.map(({ label, value }) => `${label}: ${value}`),
      '',
      link,
      '',
      '-- ',
      foot,
      '',
    ].join('\n'),
    html: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(content.title)}</title></head>
<body style="margin:0;padding:24px;background:#FBFAF7;color:#1D1C1A;font:14px/1.5 -apple-system,'Segoe UI',Roboto,sans-serif">
<div style="max-width:600px;margin:0 auto;background:#FFFFFF;border:1px solid #E6E3DC;border-radius:6px;padding:24px">
<h1 style="margin:0 0 4px;font-size:18px;color:${colours[content.severity]}">${escaped(content.title)}</h1>
<p style="margin:0 0 16px;color:#6B675F">${escaped(when)}</p>
<table style="border-collapse:collapse;margin:0 0 16px">${content.facts
      .map(
        ({ label, value }) =>
          `<tr><td style="padding:2px 16px 2px 0;color:#6B675F;vertical-align:top">${escaped(label)}</td><td style="padding:2px 0;white-space:pre-wrap">${escaped(value)}</td></tr>`,
      )
      .join('')}</table>
<p style="margin:0"><a href="${escaped(link)}" style="color:#2C5AA0">Open in Almanac</a></p>
</div>
<p style="max-width:600px;margin:16px auto 0;color:#6B675F;font-size:12px">${escaped(foot)}</p>
</body></html>
`,
  };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 200);
}
