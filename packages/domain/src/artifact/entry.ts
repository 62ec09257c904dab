/** Longer than any path that works everywhere, and short enough that thousands of them are looked at in no time. */
const mostNameLength = 1024;

/**
 * Why an artifact may not hold an entry of this name; undefined when it may. Names are paths with slashes below the
 * artifact's own folder; a backslash would be one more separator on some systems.
 */
export function faultOfEntryName(name: string): string | undefined {
  if (name.length > mostNameLength) return `${name.slice(0, 40)}… is longer than ${mostNameLength} characters`;
  if (/[\\\0]/.test(name)) return `${name} holds a backslash or a zero byte, which is no part of a name everywhere`;
  return name.startsWith('/') || !isInside(name.split('/')) ? `${name} leads out of the artifact` : undefined;
}

/**
 * Whether a symbolic link at `path` leads into the artifact that holds it, whatever other links stand there. After a name no
 * `..` may follow: where the name is a link, `..` is the parent of what that leads to, and two harmless links lead out
 * together.
 */
export function linkStaysInside(path: string, target: string): boolean {
  if (target === '' || target.length > mostNameLength || target.startsWith('/') || /[\\\0]/.test(target)) return false;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const firstName = parts.findIndex((part) => part !== '..');
  if (firstName !== -1 && parts.slice(firstName).includes('..')) return false;
  return isInside([...path.split('/').slice(0, -1), ...parts]);
}

/** Two names with the same key may be one on some disks, which do not tell case or forms of Unicode apart. */
export function diskKey(name: string): string {
  return name.normalize('NFKD').toUpperCase().toLowerCase();
}

/** Whether a path stays in its folder at each step, links left aside. */
function isInside(parts: readonly string[]): boolean {
  let depth = 0;
  for (const part of parts) {
    if (part !== '' && part !== '.') depth += part === '..' ? -1 : 1;
    if (depth < 0) return false;
  }
  return true;
}
