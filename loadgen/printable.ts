/**
 * Text that others wrote (names in scenario files, URLs, what a target answered) as it may be printed: control characters
 * and those that turn the direction of text would steer a terminal, a log or a page.
 */
export function printable(text: string): string {
  return text.replace(STEERING, '\ufffd');
}

/** The same for text of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** JSON whose strings steer nothing either: JSON itself escapes only what stands before the space. The values stay the same. */
export function printableJson(json: string): string {
  return json.replace(
    UNESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const UNESCAPED = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;
