import { CaptureBlobRow, CapturedDeviceRow, CaptureHeadRow, CaptureTextRow, CatalogueKeyRow, DeviceCaptureRow } from './capture.entity';
import { DeviceChangeRow } from './change.entity';
import { ArpBindingRow, ArpEventRow, DeviceRouteRow, LldpNeighborRow, MacLocationRow } from './interval.entity';

/** Tables of the catalogue. */
export const catalogueEntities = [
  CaptureBlobRow,
  CapturedDeviceRow,
  DeviceCaptureRow,
  CaptureHeadRow,
  CaptureTextRow,
  CatalogueKeyRow,
  DeviceChangeRow,
  ArpBindingRow,
  MacLocationRow,
  LldpNeighborRow,
  DeviceRouteRow,
  ArpEventRow,
] as const;
