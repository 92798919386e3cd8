/** The words of word columns: states are said as their chips say them. */
import { useI18n } from "vue-i18n";
import type { DataState, VisitPhase } from "@/contract";
import { DATA_STATES, PHASES } from "@/shared/chips";

const isPhase = (key: string): key is VisitPhase => key in PHASES;
const isDataState = (key: string): key is DataState => key in DATA_STATES;

export function useListWords(): (key: string) => string {
  const { t } = useI18n();
  return (key) => {
    if (isPhase(key)) return `${PHASES[key].shape} ${t(`phase.${key}`)}`;
    if (isDataState(key)) return `${DATA_STATES[key].shape} ${t(`data_state.${key}`)}`;
    return t(`list.word.${key}`);
  };
}
