/** What an operation returns: done, or refused because an input value is out of range; the host then looks for the first such value. */
export const DONE: i32 = 1
export const REFUSED: i32 = 0
