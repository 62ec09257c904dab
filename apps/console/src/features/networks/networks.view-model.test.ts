import type { AllowListsView } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { changeOf, commandOf, networksIn, noticeOf, type Target } from './networks.view-model.ts';

const console: Target = { kind: 'entrance', name: 'console', label: 'Console' };
const operator: Target = { kind: 'role', name: 'operator', label: 'Operator' };
const production: Target = { kind: 'environment', name: 'production', label: 'Production' };

describe('a list', () => {
  it.each([
    ['', []],
    [' \n ', []],
    ['10.0.0.0/8', ['10.0.0.0/8']],
    ['10.0.0.0/8\nfd00::/8\n', ['10.0.0.0/8', 'fd00::/8']],
    ['10.0.0.0/8, fd00::/8', ['10.0.0.0/8', 'fd00::/8']],
  ])('is read from %j', (text, networks) => {
    expect(networksIn(text)).toEqual(networks);
  });

  it.each([
    [console, ['10.0.0.0/8'], { entrances: { console: ['10.0.0.0/8'] } }, 'almanac network set console 10.0.0.0/8'],
    [console, [], { entrances: { console: null } }, 'almanac network lift console'],
    [operator, ['fd00::/8'], { roles: { operator: ['fd00::/8'] } }, 'almanac network set role:operator fd00::/8'],
    [production, [], { environments: { production: null } }, 'almanac network lift environment:production'],
  ] as const)('of %j with %j is a change, and a command', (target, networks, change, command) => {
    expect(changeOf(target, networks)).toEqual(change);
    expect(commandOf(target, networks)).toBe(command);
  });
});

describe('what everybody has to know', () => {
  const quiet = {
    trialEndsAt: null,
    cause: 'changed',
    changedBy: 'ada',
    unnoted: false,
  } as AllowListsView;

  it.each([
    [{}, undefined],
    [{ trialEndsAt: '2026-03-01T12:00:00.000Z' }, 'Allow lists of ada are on trial'],
    [{ cause: 'cleared', unnoted: true }, "cleared on the server's machine"],
    [{ cause: 'not-confirmed', unnoted: true }, 'nobody confirmed them'],
    [{ cause: 'cleared', unnoted: false }, undefined],
  ] as const)('of %j: %s', (given, title) => {
    const notice = noticeOf({ ...quiet, ...given });

    if (title === undefined) expect(notice).toBeUndefined();
    else expect(notice?.title).toContain(title);
  });
});
