/** A run in which a job was lost, or came twice, gives no figure. @throws Error */
export function checkNoneIsMissing(sent: number, handled: number, left: number): void {
  const missing = sent - handled - left;
  if (missing === 0) return;
  const verdict = missing > 0 ? `${missing} are missing` : `${-missing} are too many`;
  throw new Error(`Of ${sent} jobs ${handled} were handled and ${left} are left: ${verdict}.`);
}
