// USB handheld scanners type like keyboards, only faster, and end with Enter.

/** Milliseconds between two keys of a machine; people are slower. */
const FASTEST_HUMAN = 45;
const SHORTEST = 8;

/** Calls `handle` with what a handheld scanner reads, wherever the focus is. */
export function listenToHandheld(handle) {
  let typed = "";
  let last = 0;
  addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const fast = event.timeStamp - last < FASTEST_HUMAN;
      last = event.timeStamp;
      if (event.key === "Enter" || event.key === "Tab") {
        const text = typed;
        typed = "";
        if (!fast || text.length < SHORTEST) return;
        // Or it would press the button that has the focus.
        event.preventDefault();
        event.stopPropagation();
        handle(text);
      } else if (event.key.length === 1) {
        typed = fast ? typed + event.key : event.key;
        // A list that has the focus would choose by letters.
        if (typed.length > 1 && !event.target.matches?.("input, textarea")) event.preventDefault();
      }
    },
    { capture: true },
  );
}
