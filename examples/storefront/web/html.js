/** HTML as a value; what is put into it is escaped unless it is HTML itself. */
class Html {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function html(strings, ...values) {
  return new Html(String.raw({ raw: strings }, ...values.map(rendered)));
}

function rendered(value) {
  if (value === null || value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(rendered).join('');
  return String(value).replaceAll(/[&<>"']/g, (character) => escapes[character]);
}
