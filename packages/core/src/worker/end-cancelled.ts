import type { InFlightDelivery } from './in-flight-delivery.js';
import type { RunReports } from './run-reports.js';

/** Ends a delivery whose job was cancelled. The broker has ended the job already, so there is nothing to settle. */
export function endCancelled(inFlight: InFlightDelivery, reports: RunReports): void {
  inFlight.isLeftUnsettled = true;
  reports.cancelled(inFlight);
}
