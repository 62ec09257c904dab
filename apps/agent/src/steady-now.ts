/**
 * The time in milliseconds since 1970, as it was when this process started, and what has passed since: whoever sets the
 * clock moves no deadline by it. For durations; what people read is the true time.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
