/** Whether a page of the console shows the original itself. The server offers everything else, but films, as a file to keep. */
export const isShownByServer = (mime: string): boolean => ["image/jpeg", "image/png"].includes(mime);

/** What of a photo whose original has arrived a page of the console shows large. */
export const largeByServer = (mime: string): "original" | "preview" => (isShownByServer(mime) ? "original" : "preview");

/** Whether a page of the console plays the original itself. */
export const isPlayedByServer = (mime: string): boolean => ["video/mp4", "video/quicktime"].includes(mime);

/** Whether a browser shows the file itself, upright; other formats are shown by what the host made of them. */
export const isShowable = (mime: string): boolean => mime === "image/jpeg";
