import { CatalogueExports } from './catalogue-exports.service';
import { CatalogueHousekeeping } from './catalogue-housekeeping.service';
import { CaptureBlobs } from './captures/capture-blobs.repository';
import { CaptureLoader } from './captures/capture-loader.repository';
import { Captures } from './captures/captures.repository';
import { CaptureTexts } from './captures/capture-texts.service';
import { SecretMasks } from './captures/secret-masks.repository';
import { WaitingCaptures } from './captures/waiting-captures.repository';
import { CaptureCatalogue } from './capture-catalogue';
import { Changes } from './changes/changes.repository';
import { ChangeWriter } from './changes/change-writer.repository';
import { ConfigHistory } from './history/config-history.service';
import { Intervals } from './observations/intervals.repository';
import { Observations } from './observations/observations.repository';
import { Sightings } from './observations/sightings.repository';
import { CaptureSearch } from './search/capture-search.repository';

/** What the catalogue is made of. Others see the {@link CaptureCatalogue} only. */
export const catalogueProviders = [
  SecretMasks,
  CaptureBlobs,
  WaitingCaptures,
  ChangeWriter,
  Intervals,
  Sightings,
  { provide: CaptureCatalogue, useClass: CaptureLoader },
  Captures,
  CaptureTexts,
  Changes,
  Observations,
  CaptureSearch,
  CatalogueExports,
  ConfigHistory,
  CatalogueHousekeeping,
];
