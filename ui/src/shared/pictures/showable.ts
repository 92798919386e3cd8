/** Whether a browser shows the file itself, upright; other formats are shown by what the host made of them. */
export const isShowable = (mime: string): boolean => mime === "image/jpeg";
