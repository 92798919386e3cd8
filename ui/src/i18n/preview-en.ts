/** Why a file has no preview. */
export default {
  format: "Kept whole. Pictures of this format are not shown yet.",
  too_large: "Kept whole. Too many pixels or bytes to be shown.",
  too_costly: "Kept whole. The file is built so that opening it would exhaust the computer, so it is not shown.",
  broken: "Kept whole. The picture data are damaged and cannot be shown.",
  decoder_failed: "Kept whole. Opening the picture failed, so it is not shown.",
  codec: "Kept whole. No picture can be taken from a film of this coding.",
  locked: "Kept whole. The file is under a password, so it is not shown.",
  too_slow: "Kept whole. Opening the picture took too long and was ended, so it is not shown.",
  too_much_memory: "Kept whole. Opening the picture took too much memory and was ended, so it is not shown.",
  no_decoder: "Kept whole. The decoder could not be started, so it is not shown.",
};

/** What stands where there is no picture. */
export const noPicture = {
  title_failed: "The picture was not shown",
  title_film: "No first picture",
  kept: "The original is kept whole.",
  none_made: "No preview was made when it was taken in; the record does not say why.",
  other: "The original is kept whole. No preview was made; code of the reason: {reason}.",
  pending: "The preview has not arrived at the server yet.",
  failed: "The preview was not shown this time; why is not known. Turn to another photo and back to try again.",
  act_export: "“{open}”, then “{original}”, saves the original elsewhere, to be opened with a program for such files.",
  act_sort: "Once it is in a visit, “{open}” saves the original elsewhere, to be opened with a program for such files.",
  act_download: "“{original}” saves the file to this computer, to be opened with a program for such files.",
};
