/** All of C0 but tab and line feed, DEL, all of C1, and what turns the direction of text round. */
const control = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * A text as a terminal and whoever reads a log line by line may have it: control characters stand as they are written in JSON, so
 * that a document stays the same document, and what others wrote moves no cursor and begins no line.
 */
export function escapeControls(text: string): string {
  return text.replace(control, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
