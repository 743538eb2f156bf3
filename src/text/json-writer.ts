/**
 * Writes things as JSON, the very same thing as the one before only once: what is done alike to many is said of each of them by one
 * object.
 */
export function jsonWriter(): (thing: object) => string {
  let last: object | undefined;
  let text = '';
  return (thing) => {
    if (thing !== last) text = JSON.stringify(thing);
    last = thing;
    return text;
  };
}
