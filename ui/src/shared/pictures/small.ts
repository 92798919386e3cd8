import type { PhotoAttached } from "@/contract";
import type { FieldHost } from "@/host";

/** Address of a photo's small picture; none where none could be made. */
export const smallPicture = (host: FieldHost, attached: PhotoAttached): string | null => (attached.thumbnail ? host.imageUrl("thumbnail", attached.photo) : null);
