/** How wide an element is inside, now and whenever that changes; 0 until it is drawn. */
import { onBeforeUnmount, onMounted, ref, type Ref } from "vue";

export function useWidth(element: Readonly<Ref<HTMLElement | null>>): Readonly<Ref<number>> {
  const width = ref(0);
  const measure = () => (width.value = element.value?.clientWidth ?? 0);
  const size = new ResizeObserver(measure);
  onMounted(() => {
    measure();
    if (element.value) size.observe(element.value);
  });
  onBeforeUnmount(() => size.disconnect());
  return width;
}
