import { describe, expect, it } from 'vitest';
import { refuseWeakPassword } from './password-rules.ts';

const refusing = (password: string) => () => refuseWeakPassword(password, 'dora');

describe('a password', () => {
  it.each([
    ['dora dora 1234', 'little more than'],
    ['almanac1234567', 'little more than'],
    ['MyPassword123!', 'little more than'],
    ['123456789012', 'on every list'],
    ['1qaz2wsx3edc', 'on every list'],
    ['Finalfantasy', 'on every list'],
    ['justinbieber1994', 'on every list'],
    ['!!dragon!!dragon!!', 'on every list'],
    ['dragon dragon', 'on every list'],
    ['correct horse battery staple', 'on every list'],
    ['abcabcabcabcabc', 'repeats the same'],
  ])('such as %s is refused', (password, why) => {
    expect(refusing(password)).toThrow(why);
  });

  it.each([
    'seven purple teapots',
    'a long enough sentence',
    'dragons eat teapots',
    'xK3vPq9wLm2z',
    'mein Fahrrad ist grün',
    '日本語のながいパスフレーズ',
  ])('such as %s is taken', (password) => {
    expect(refusing(password)).not.toThrow();
  });
});
