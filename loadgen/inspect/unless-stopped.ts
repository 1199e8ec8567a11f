/** What comes of the work; null as soon as it is to stop, whatever the work does then. */
export function unlessStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve(null);
    if (stop.aborted) giveUp();
    stop.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => stop.removeEventListener('abort', giveUp));
  });
}
