/** Which page of the user guide is shown, and which one belongs to the screen at hand. The pages themselves are read in only when asked for. */
import { computed, inject, onBeforeUnmount, onMounted, ref, shallowReactive, toValue, type MaybeRefOrGetter } from "vue";
import type { GuideTopic } from "./guide-pages";
import { DEPTH } from "./keys";

/** What is shown; null while the guide is closed. */
export const guideShown = ref<GuideTopic | null>(null);

const topics = shallowReactive<{ depth: number; topic: MaybeRefOrGetter<GuideTopic | undefined> }[]>([]);
/** What the guide says about the topmost layer that names a page. */
export const guideHere = computed<GuideTopic>(() => {
  const named = topics.filter(({ topic }) => toValue(topic) !== undefined).toSorted((a, b) => b.depth - a.depth);
  return toValue(named[0]?.topic) ?? "README";
});

export function openGuide(topic?: GuideTopic): void {
  guideShown.value = topic ?? guideHere.value;
}

/** Says which page belongs to the layer while it is there. */
export function useGuideTopic(topic: MaybeRefOrGetter<GuideTopic | undefined>, depth = inject(DEPTH, 0)): void {
  const one = { depth, topic };
  onMounted(() => void topics.push(one));
  onBeforeUnmount(() => void topics.splice(topics.indexOf(one), 1));
}
