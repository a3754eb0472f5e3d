// What is declared beside the workflow: functions, tables, mappings, exceptions, events.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

// A function of two quantities; sometimes one that is there already.
std::string Writer::function() {
  if (!function_names_.empty() && chance(60)) return function_names_[below(function_names_.size())];
  const std::string name = fresh("mixed") + suffix_;
  std::string body;
  switch (below(3)) {
    case 0:
      body = fmt::format("max(a, b) + {} ea", below(5));
      break;
    case 1:
      body = fmt::format("when a {} b then a - b otherwise b", chance(50) ? "<" : ">=");
      break;
    default:
      body = fmt::format("when a + b > {} ea then {} ea otherwise min(a, b)", below(20), below(9));
      break;
  }
  functions_ += fmt::format("function {}(a: Qty<ea>, b: Qty<ea>) -> Qty<ea> = {}\n", name, body);
  function_names_.push_back(name);
  return name;
}

// A table of a quantity and of yes or no.
std::string Writer::table() {
  if (!table_names_.empty() && chance(85)) return table_names_[below(table_names_.size())];
  const std::string name = fresh("Level") + suffix_;
  const uint64_t low = 1 + below(4), high = low + 1 + below(8);
  declarations_ += fmt::format(
      "table {0}(units: Qty<ea>, calm: Bool) -> Qty<ea> {{\n"
      "  | units | calm | level |\n"
      "  | < {1} ea | - | {3} ea |\n"
      "  | [{1} ea .. {2} ea) | yes | {4} ea |\n"
      "  | [{1} ea .. {2} ea) | no | {5} ea |\n",
      name, low, high, below(9), below(9), below(9));
  declarations_ += chance(50) ? fmt::format("  | >= {} ea | - | {} ea |\n}}\n\n", high, below(20))
                              : fmt::format("  | otherwise | - | {} ea |\n}}\n\n", below(20));
  table_names_.push_back(name);
  return name;
}

// From a stock to what somebody may have seen: `units` knows no forecast, `wanted` does.
std::string Writer::mapping() {
  if (!mapping_names_.empty() && chance(70)) return mapping_names_[below(mapping_names_.size())];
  const std::string name = fresh("LineOf") + suffix_;
  constexpr const char* kKnown[] = {"it.available", "it.available + 2 ea", "spare(it)",
                                    "when it.available > 4 ea then it.available otherwise 1 ea"};
  constexpr const char* kGuessed[] = {"it.forecast", "short_of(it)", "max(it.forecast, it.available)"};
  const char* note = chance(50) ? "absent" : "\"seen\"";
  const char* known = kKnown[below(4)];
  declarations_ +=
      fmt::format("mapping {} from Stock to Seen{} {{\n  units: {}\n  wanted: {}\n  note: {}\n}}\n\n", name,
                  suffix_, known, kGuessed[below(3)], note);
  mapping_names_.push_back(name);
  return name;
}

// Its name says whether its owner heeds it. One that nobody heeds may move something before it ends.
// Sometimes one that is raised already.
std::string Writer::exception(bool waited) {
  if (!exception_names_.empty() && chance(60)) return exception_names_[below(exception_names_.size())];
  const std::string name = fresh(chance(50) ? "Heeded" : "Unheeded") + suffix_;
  const bool resolves = chance(25);
  std::string text = fmt::format(
      "exception {}(article: ArticleId, store: StoreId, units: Qty<ea>) key (article, store) severity {} "
      "owner "
      "{} {{\n  respond within {} hours\n",
      name, chance(50) ? "high" : "low", chance(50) ? "Planner" : "Clerk", 2 + below(20));
  if (chance(30)) text += "  remind after 1 hour\n  escalate to Finance after 90 min\n";
  if (resolves) {
    const std::string mends = fresh("Mend") + suffix_;
    const char* does =
        chance(50) ? "task Mend(store: store) to Clerk within 2 hours { on expired { fail NotMended() } }"
                   : "let stock = read StockOf(store, \"A-1\")\n"
                     "  when stock.available < 3 ea { fail NotMended() }";
    workflows_ += fmt::format(
        "workflow {}(store: StoreId) key store version 1 {{\n  {}\n  finish Mended()\n}}\n\n", mends, does);
    text += fmt::format("  resolve by {}(store)\n", mends);
  }
  text += "  on expired {\n";
  switch (below(4)) {
    case 0:
      text +=
          "    task Count(store: store, units: units) to Clerk within 4 hours { on expired { then continue } "
          "}\n";
      break;
    case 1:
    case 2: {
      const bool permits = chance(40);
      text += fmt::format(
          "    let move = propose {}(store, {})\n"
          "    approve move under {} as shift valid until 2026-12-20 at 06:00 zone \"Australia/Sydney\" {{\n"
          "      within 4 hours\n      on rejected, expired {{ fail NotMoved() }}\n"
          "      on changed {{ then ask again }}\n    }}\n    write shift\n",
          permits ? "Transfer.commit" : "Move.urgent", chance(50) ? "units" : "3 ea",
          permits ? "MoveGate" : "UrgentByHand");
      break;
    }
    default:
      break;
  }
  text += chance(waited ? 50 : 30) ? "    finish Lapsed()\n  }\n}\n\n" : "    fail Unanswered()\n  }\n}\n\n";
  declarations_ += text;
  exception_names_.push_back(name);
  return name;
}

// One that brings a forecast.
std::string Writer::forecast_event() {
  if (forecast_event_.empty()) {
    forecast_event_ = "Foreseen" + suffix_;
    declarations_ += fmt::format(
        "system erp {{\n  event {}(article: ArticleId = Material, store: StoreId = Plant, units: Qty<ea> = "
        "Forecast in Unit) type \"fuzz.foreseen{}\"\n}}\n\n",
        forecast_event_, suffix_);
  }
  return forecast_event_;
}

}  // namespace endcap::fuzz
