/** What to know about a photo before relying on it: each remark says its reason; none is a verdict. */
import type { remarkZh } from "./remark-zh";

export const remarkEn: typeof remarkZh = {
  no_metadata: "The file holds no time, position or device; the photo itself cannot be checked against anything",
  chat_copy_likely: "Named as {app} names what it saves, and without camera data: very likely compressed",
  chat_copy_possible: "Named as {app} names what it saves, but the camera's data are still there",
  chat_copy_unnamed: "No camera data, and a size to which chat applications shrink pictures: possibly a forwarded copy",
  edited: "The file says that “{software}” has processed it",
  screenshot_likely: "Named like a screenshot and without camera data: very likely one",
  screenshot_possible: "Named or sized like a screenshot; it may be none",
  outside_before: "Taken {span} before the visit began",
  outside_after: "Taken {span} after the visit ended",
  far: "{m} from the station, farther than the checklist allows",
  far_error: "{m} from the station (position known to about {error}), farther than the checklist allows",
  shifted_photo: "{m} from the station as recorded; {shifted} if the photo's position is in GCJ-02: the datum may be named wrongly",
  shifted_station: "{m} from the station as recorded; {shifted} if the station was registered in GCJ-02: the datum may be named wrongly",
  clock_gps_ahead: "The camera's clock is {span} ahead of the satellites; corrected it was about {time}. The recorded value is kept",
  clock_gps_behind: "The camera's clock is {span} behind the satellites; corrected it was about {time}. The recorded value is kept",
  clock_others_ahead: "The clock seems {span} ahead of the visit's other cameras (estimated); corrected it was about {time}. The recorded value is kept",
  clock_others_behind: "The clock seems {span} behind the visit's other cameras (estimated); corrected it was about {time}. The recorded value is kept",
  same_bytes: "The same file as a photo of the visit to “{station}” on {day}",
  same_picture: "Almost the same picture as a photo of the visit to “{station}” on {day}",
  minutes: "{n} min",
  hours: "{n} h",
  days: "{n} days",
};
