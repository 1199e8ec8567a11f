import { createLogUpdate } from 'log-update';

/** A few lines at the end of a terminal that are drawn over again and again. */
export type Redraw = {
  draw(text: string): void;
  /** Takes the lines away. */
  clear(): void;
  /** Lets the lines stand; what is drawn next comes below them. */
  keep(): void;
};

export type Screen = {
  write(text: string): void;
  columns(): number;
  /** Lines above it are cut off; 24 by default. */
  rows?(): number;
};

export function createRedraw(screen: Screen): Redraw {
  const stream = {
    isTTY: true,
    get columns() {
      return screen.columns();
    },
    get rows() {
      return screen.rows?.();
    },
    write: (text: string) => {
      screen.write(text);
      return true;
    },
  };
  // Hiding the cursor would install signal handlers of a library beside ours.
  const lines = createLogUpdate(stream as unknown as NodeJS.WritableStream, { showCursor: true });
  return { draw: (text) => lines(text), clear: () => lines.clear(), keep: () => lines.done() };
}
