const NONE: readonly number[] = [];

/** For every user a list of ids, of their groups or of their tags. Users with the same ids share one list. */
export class IdLists {
  /** The highest id in any list. */
  highest = 0;
  private readonly lists: (readonly number[] | undefined)[] = [];
  private readonly shared = new Map<string, readonly number[]>();

  of(userId: number): readonly number[] {
    return this.lists[userId] ?? NONE;
  }

  clear(userId: number): void {
    this.lists[userId] = NONE;
  }

  /** Takes in pairs, which come sorted by user. */
  take(pairs: { user_id: number; value: number }[]): void {
    for (let at = 0; at < pairs.length; ) {
      const user = pairs[at].user_id;
      const values: number[] = [];
      for (; pairs[at]?.user_id === user; at++) values.push(pairs[at].value);
      const key = values.join();
      const list = this.shared.get(key) ?? values;
      this.shared.set(key, list);
      this.lists[user] = list;
      this.highest = Math.max(this.highest, ...values);
    }
  }
}
