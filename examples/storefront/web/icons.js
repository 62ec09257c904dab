import { html } from './html.js';

const drawings = {
  moon: html`<path d="M30 8a17 17 0 1 0 10 28A14 14 0 0 1 30 8Z" />`,
  sun: html`<circle cx="24" cy="24" r="8" /><path d="M24 6v5M24 37v5M6 24h5M37 24h5M11 11l4 4M33 33l4 4M37 11l-4 4M15 33l-4 4" />`,
  star: html`<path d="m24 7 5 12 12 1-9 8 3 13-11-7-11 7 3-13-9-8 12-1Z" />`,
  cloud: html`<path d="M14 34h21a7 7 0 0 0 1-14 12 12 0 0 0-23-1 8 8 0 0 0 1 15Z" />`,
  leaf: html`<path d="M9 39c0-20 10-30 30-30 0 20-10 30-26 26M9 39l17-17" />`,
  wave: html`<path d="M6 20q6-8 12 0t12 0 12 0M6 30q6-8 12 0t12 0 12 0" />`,
  compass: html`<circle cx="24" cy="24" r="17" /><path d="m31 17-4 10-10 4 4-10Z" />`,
  drop: html`<path d="M24 7c8 10 12 16 12 21a12 12 0 0 1-24 0c0-5 4-11 12-21Z" />`,
};

/** A decoration: the name of the product stands beside it. */
export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 48 48" aria-hidden="true">${drawings[name] ?? drawings.star}</svg>`;
}
