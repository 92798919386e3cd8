/** Photos from a phone on the same Wi-Fi. */
import type { phoneZh } from "./phone-zh";

export const phoneEn: typeof phoneZh = {
  open: "From a phone",
  title: "Photos from a phone to this laptop",
  steps: "Put phone and laptop into one network: the laptop joins the phone's hotspot, or both the same Wi-Fi; no internet is needed. Press Start, scan the code with the phone, and choose the originals there.",
  plain: "The page is not encrypted. It lives in this network only and takes photos from one phone; use no public Wi-Fi. The phone says “stored” only when a photo is safe here.",
  address: "This laptop's address in the phone's network",
  no_address: "This laptop is in no network. Join the phone's hotspot or a Wi-Fi, then try again.",
  look_again: "Look again",
  start: "Start",
  qr: "QR code for the phone",
  waiting: "Waiting for the phone to scan. The code is good once, for whoever opens it first.",
  claimed: "The phone has opened the page.",
  others: "Somebody else tried to open the page ({n}×) and was kept out. If the phone that was first is not yours, show a new code.",
  new_code: "New code",
  none: "Waiting for the phone to choose photos.",
  sum: "{n} of {of} are here",
  arriving: "{share}% here",
  whole: "Original whole, with time, position and device",
  lacking: "{n} have no position; the phone may have taken it out. On an iPhone tap “Options” where photos are chosen and include the location; on Android choose the originals from “Files”, and send them again.",
  over: "Ended; nothing more is taken. What was stored is in this visit.",
  close: "End and close",
};
